"""Timers of the clock."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Timer:
    """A call that is due at one time; `cancel` is safe at any time."""

    run: Callable[[], object]
    inline: bool  # run in the thread of the clock, not in a worker
    cancelled: bool = False

    def cancel(self) -> None:
        """Keep the timer from firing, if it has not fired yet."""
        self.cancelled = True
