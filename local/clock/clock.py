"""The clock of the local AWS: timers fire in order, all work settles between two of them.

In `virtual` mode time stands still until `advance` or `follow` is called, and it never passes a
timer while work is in flight. In `real` mode it is the system clock.
"""

import contextvars
import heapq
import itertools
import threading
import time
from collections.abc import Callable
from typing import Any, Literal

from local.clock.in_flight import FOREVER, WorkInFlight

Mode = Literal["real", "virtual"]


class ClockBusyError(Exception):
    """The clock could not move in time: work was in flight, or a breakpoint held it."""


class Timer:
    """A call that is due at one time; `cancel` is safe at any time."""

    def __init__(self, run: Callable[[], object], *, inline: bool) -> None:
        self.run, self.inline, self.cancelled = run, inline, False

    def cancel(self) -> None:
        """Keep the timer from firing, if it has not fired yet."""
        self.cancelled = True


class Clock(WorkInFlight):
    """Virtual or real time with timers, whose calls are counted as work in flight."""

    def __init__(self, mode: Mode = "virtual", start: float | None = None) -> None:
        super().__init__()
        self.mode: Mode = mode
        self._now = time.time() if start is None else start
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._stop_at: float | None = None
        self._advancing = threading.Lock()
        if mode == "real":
            threading.Thread(target=self._tick, daemon=True, name="clock").start()

    def now(self) -> float:
        """Return the time in epoch seconds."""
        return time.time() if self.mode == "real" else self._now

    def call_at(self, when: float, fn: Callable[..., Any], *args: Any) -> Timer:
        """Run `fn` as a worker at `when` (epoch seconds), or with the next advance if past."""
        context = contextvars.copy_context()
        return self._push(when, Timer(lambda: context.run(fn, *args), inline=False))

    def call_later(self, delay: float, fn: Callable[..., Any], *args: Any) -> Timer:
        """Run `fn` as a worker in `delay` seconds."""
        return self.call_at(self.now() + delay, fn, *args)

    def sleep(self, seconds: float) -> None:
        """Sleep in the time of this clock; a sleeping worker is not in flight."""
        if seconds > 0:
            wake = self.signal()
            self._push(self.now() + seconds, Timer(wake.set, inline=True))
            wake.wait()

    def advance(self, to: float, timeout: float = FOREVER) -> float:
        """Move to `to` or the breakpoint, settling all work before each timer -> the new time.

        Raises ClockBusyError after `timeout` seconds of waiting for work; the time is then that of
        the last timer whose work was settled before.
        """
        if self.counted():
            raise RuntimeError("a worker cannot advance the clock: it would wait for itself")
        deadline = time.monotonic() + timeout
        if not self._advancing.acquire(timeout=timeout):
            raise ClockBusyError("another advance is in progress")
        try:
            while self._step(to, deadline):
                pass
        finally:
            self._advancing.release()
        return self._now

    def follow(self, to: float, timeout: float = FOREVER) -> None:
        """Advance to `to` unless it has passed; wait for a breakpoint to be lifted."""
        deadline = time.monotonic() + timeout
        while self.mode == "virtual" and self._now < to:
            self.advance(to, _left(deadline))
            with self.changed:
                if not self.changed.wait_for(
                    lambda: self._now >= to or not self._is_held(), _left(deadline)
                ):
                    raise ClockBusyError(f"a breakpoint holds the clock at {self._now:.0f}")

    def stop_at(self, when: float | None) -> None:
        """Set the breakpoint that virtual time does not pass, or lift it (None)."""
        with self.changed:
            self._stop_at = when
            self.changed.notify_all()

    def state(self) -> dict[str, Any]:
        """Return the clock's state for GET /_evergreen/clock, times in epoch seconds."""
        with self.changed:
            return {
                "now": self.now(),
                "mode": self.mode,
                "stop_at": self._stop_at,
                "holding": self._is_held(),
                "in_flight": self.in_flight,
            }

    def _is_held(self) -> bool:
        return self._stop_at is not None and self._stop_at <= self._now

    def _push(self, when: float, timer: Timer) -> Timer:
        with self.changed:
            heapq.heappush(self._timers, (when, next(self._order), timer))
            if self.mode == "real":
                self.changed.notify_all()
        return timer

    def _step(self, to: float, deadline: float) -> bool:
        """Settle, then fire the next timer; return False when none is due by `to`."""
        if not self.settle(_left(deadline)):
            raise ClockBusyError(f"{self.in_flight} workers are still in flight")
        with self.changed:
            limit = to if self._stop_at is None else min(to, self._stop_at)
            if not self._timers or self._timers[0][0] > limit:
                self._now = max(self._now, limit)
                return False
            self._now = max(self._now, self._timers[0][0])
            self._fire(heapq.heappop(self._timers)[2])
        return True

    def _fire(self, timer: Timer) -> None:
        """Run a popped timer, counted before the lock is released."""
        if not timer.cancelled:
            timer.run() if timer.inline else self.start(timer.run)

    def _tick(self) -> None:
        """Fire each timer when the system clock reaches it (real mode)."""
        with self.changed:
            while True:
                due = self._timers[0][0] - time.time() if self._timers else None
                if due is None or due > 0:
                    self.changed.wait(due)
                else:
                    self._fire(heapq.heappop(self._timers)[2])


def _left(deadline: float) -> float:
    return max(0.0, deadline - time.monotonic())
