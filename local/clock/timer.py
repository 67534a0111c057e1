"""Timers of the clock."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Timer:
    """A scheduled call; `cancel` is safe at any time."""

    run: Callable[[], object]
    inline: bool  # run in the thread of the clock, not in a worker
    cancelled: bool = False

    def cancel(self) -> None:
        """Prevent the call, if it has not started yet."""
        self.cancelled = True
