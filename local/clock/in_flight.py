"""The count of work in flight, which lets a caller wait until all of it is done.

Work in flight are the threads that `spawn` or a timer started (workers). A worker is not in flight
while it waits for time or for another worker (`Signal`).
"""

import contextvars
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

log = logging.getLogger(__name__)

FOREVER = 1e9  # seconds


class Signal:
    """A one-time event between workers; setting it puts the waiters back in flight."""

    def __init__(self, work: "WorkInFlight") -> None:
        self._work, self._event, self._waiting = work, threading.Event(), 0

    def wait(self) -> None:
        """Block until set; the calling worker is not in flight meanwhile."""
        with self._work.changed:
            if self._event.is_set():
                return
            if self._work.counted():
                self._waiting += 1
                self._work.count(-1)
        self._event.wait()

    def set(self) -> None:
        """Wake all waiters, and count them before the calling worker can end."""
        with self._work.changed:
            if not self._event.is_set():
                self._work.count(self._waiting)
                self._event.set()


class WorkInFlight:
    """Threads that are counted from before they start until after they end."""

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.in_flight = 0
        self._thread = threading.local()

    def spawn(self, fn: Callable[..., Any], *args: Any) -> None:
        """Run `fn` in a new worker thread; exceptions are logged."""
        context = contextvars.copy_context()
        with self.changed:
            self.start(lambda: context.run(fn, *args))

    def start(self, run: Callable[[], object]) -> None:
        """Count and start a worker thread; the caller holds `changed`."""
        self.count(1)
        threading.Thread(target=self._run, args=(run,), daemon=True).start()

    def signal(self) -> Signal:
        """Return a new signal between workers."""
        return Signal(self)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count a thread that is not a worker (but serves a client) while it does work."""
        if self.counted():
            yield
            return
        self._thread.counted = True
        with self.changed:
            self.count(1)
        try:
            yield
        finally:
            self._thread.counted = False
            with self.changed:
                self.count(-1)

    def settle(self, timeout: float = FOREVER) -> bool:
        """Wait until no work is in flight; return False after `timeout` seconds."""
        if self.counted():
            raise RuntimeError("a worker cannot wait for all work: it would wait for itself")
        with self.changed:
            return self.changed.wait_for(lambda: self.in_flight == 0, timeout)

    def counted(self) -> bool:
        """Return whether the calling thread is in flight."""
        return getattr(self._thread, "counted", False)

    def count(self, change: int) -> None:
        """Add to the work in flight; the caller holds `changed`."""
        self.in_flight += change
        if self.in_flight == 0:
            self.changed.notify_all()

    def _run(self, run: Callable[[], object]) -> None:
        self._thread.counted = True
        try:
            run()
        except Exception:
            log.exception("a worker failed")
        finally:
            with self.changed:
                self.count(-1)
