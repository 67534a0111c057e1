"""Terminating signals as an exception that is raised once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A terminating signal; later ones do not interrupt the clean-up."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


class Interrupts:
    """Raises Interrupted at the first signal, or at the end of a deferring section."""

    def __init__(self) -> None:
        self._deferring = False
        self._number = 0
        for number in SIGNALS:
            signal.signal(number, self._handle)

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Defer a signal to the end of the section."""
        self._deferring = True
        yield
        self._deferring = False
        if self._number:
            raise Interrupted(self._number)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        first = not self._number
        self._number = self._number or number
        if first and not self._deferring:
            raise Interrupted(number)
