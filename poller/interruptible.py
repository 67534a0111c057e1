"""Blocking calls with one limit on their time, which a request to stop interrupts.

Timeouts of sockets limit the wait for the next byte: a server that sends one byte now and then
keeps a call waiting for ever. Here the call runs in a thread, and the caller waits for it.
"""

import time
from collections.abc import Callable
from queue import SimpleQueue
from threading import Event, Thread
from typing import Generic, TypeVar

Result = TypeVar("Result")

CHECK_SECONDS = 0.2  # between checks of `stop`


class StoppedError(Exception):
    """The poller was stopped while it waited."""


class OverdueError(Exception):
    """The call took longer than it may."""


def call(
    function: Callable[[], Result],
    stop: Event,
    seconds: float = float("inf"),
    *,
    grace: float = 0.0,
    abort: Callable[[], object] = lambda: None,
    worker: "Worker | None" = None,
) -> Result:
    """Return the result of a function, or raise its exception.

    Raises OverdueError after `seconds`, and StoppedError `grace` seconds after `stop` is set. The
    call is then given up: `abort` is called once, which should end it. Without a worker it has a
    thread of its own.
    """
    running = _Call(function)
    if worker:
        worker.start(running.run)
    else:
        Thread(target=running.run, daemon=True).start()
    begin = time.monotonic()
    deadline = begin + seconds
    stopping = False
    while not running.ended.wait(CHECK_SECONDS):
        now = time.monotonic()
        if stop.is_set() and not stopping:
            stopping, deadline = True, min(deadline, now + grace)
        if now >= deadline:
            abort()
            if stopping:
                raise StoppedError
            raise OverdueError(f"it took more than {seconds:g} s")
    return running.result()


class Worker:
    """A thread for many short calls, which does not keep the process from ending.

    After a call that was given up it is of no use.
    """

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._thread = Thread(target=self._run, daemon=True)

    def start(self, job: Callable[[], None]) -> None:
        """Run a job that raises nothing, after the earlier ones."""
        self._jobs.put(job)
        if self._thread.ident is None:
            self._thread.start()

    def _run(self) -> None:
        while True:
            self._jobs.get()()


class _Call(Generic[Result]):
    """The result of a call, once there is one."""

    def __init__(self, function: Callable[[], Result]) -> None:
        self.ended = Event()
        self._function = function
        self._results: list[Result] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._results.append(self._function())
        except BaseException as error:  # noqa: BLE001 - the caller raises it
            self._error = error
        self.ended.set()

    def result(self) -> Result:
        if self._error is not None:
            raise self._error
        return self._results[0]
