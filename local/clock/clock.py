"""The clock of the local AWS: the system clock, or virtual time moved by `advance` and `follow`.

Timers fire in order of time. Virtual time never passes a timer while work is in flight.
"""

import contextvars
import heapq
import itertools
import math
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from local.clock.in_flight import FOREVER, WorkInFlight
from local.clock.timer import Timer

Mode = Literal["real", "virtual"]


class ClockBusyError(Exception):
    """The clock could not move before the timeout: work in flight, or a breakpoint."""


class Clock(WorkInFlight):
    """Virtual or real time with timers, whose calls are counted as work in flight."""

    def __init__(self, mode: Mode = "virtual", start: float | None = None) -> None:
        super().__init__()
        self.mode: Mode = mode
        self._now = time.time() if start is None else start
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._stop_at = math.inf
        self._advancing = threading.Lock()
        if mode == "real":
            threading.Thread(target=self._tick, daemon=True, name="clock").start()

    def now(self) -> float:
        """Return the time in epoch seconds."""
        return time.time() if self.mode == "real" else self._now

    def with_work(self, began: float) -> float:
        """Return the time plus the real seconds since `began` (monotonic), if it is virtual.

        Work takes no virtual time, but AWS reports when it started and ended: so long it took.
        """
        return self.now() + (time.monotonic() - began if self.mode == "virtual" else 0.0)

    def call_at(self, when: float, fn: Callable[..., Any], *args: Any) -> Timer:
        """Run `fn` as a worker at `when` (epoch seconds), or at the next advance if past."""
        run = partial(contextvars.copy_context().run, fn, *args)
        return self._push(when, Timer(run, inline=False))

    def call_later(self, delay: float, fn: Callable[..., Any], *args: Any) -> Timer:
        """Run `fn` as a worker in `delay` seconds."""
        return self.call_at(self.now() + delay, fn, *args)

    def sleep(self, seconds: float) -> None:
        """Sleep in the time of the clock; a sleeping worker is not in flight."""
        if seconds > 0:
            wake = self.signal()
            self._push(self.now() + seconds, Timer(wake.set, inline=True))
            wake.wait()

    def advance(self, to: float, timeout: float = FOREVER) -> float:
        """Move to `to` or the breakpoint, settling all work before each timer -> the new time.

        Raises ClockBusyError if work is still in flight after `timeout` seconds.
        """
        if self.counted():
            raise RuntimeError("a worker cannot advance the clock: it would wait for itself")
        deadline = time.monotonic() + timeout
        if not self._advancing.acquire(timeout=timeout):
            raise ClockBusyError("another advance is in progress")
        try:
            while self._step(to, deadline):
                pass
            return self._now
        finally:
            self._advancing.release()

    def follow(self, to: float, timeout: float = FOREVER) -> None:
        """Advance to `to` unless it has passed; wait while a breakpoint is set."""
        deadline = time.monotonic() + timeout
        while self.mode == "virtual" and self._now < to:
            self.advance(to, _left(deadline))
            with self.changed:
                if not self.changed.wait_for(
                    lambda: self._now >= to or self._now < self._stop_at, _left(deadline)
                ):
                    raise ClockBusyError(f"a breakpoint stops the clock at {self._now:.0f}")

    def stop_at(self, when: float | None) -> None:
        """Set the breakpoint that virtual time does not pass, or clear it (None)."""
        with self.changed:
            self._stop_at = math.inf if when is None else when
            self.changed.notify_all()

    def state(self) -> dict[str, Any]:
        """Return the clock's state for GET /_evergreen/clock, times in epoch seconds."""
        with self.changed:
            return {
                "now": self.now(),
                "mode": self.mode,
                "stop_at": None if self._stop_at == math.inf else self._stop_at,
                "holding": self._now >= self._stop_at,
                "in_flight": self.in_flight,
            }

    def _push(self, when: float, timer: Timer) -> Timer:
        with self.changed:
            heapq.heappush(self._timers, (when, next(self._order), timer))
            self.changed.notify_all()  # `_tick` may wait for a later timer
        return timer

    def _step(self, to: float, deadline: float) -> bool:
        """Settle, then fire the next timer; return False when none is due by `to`."""
        if not self.settle(_left(deadline)):
            raise ClockBusyError(f"{self.in_flight} workers are still in flight")
        with self.changed:
            limit = min(to, self._stop_at)
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
                wait = self._timers[0][0] - time.time() if self._timers else FOREVER
                if wait > 0:
                    self.changed.wait(wait)
                else:
                    self._fire(heapq.heappop(self._timers)[2])


def _left(deadline: float) -> float:
    return max(0.0, deadline - time.monotonic())
