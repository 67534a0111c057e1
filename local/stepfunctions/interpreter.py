"""Step Functions on the virtual clock: executions are work in flight, waits are timers.

The interpreter is MiniStack's. Its threads, events and sleeps are replaced, so that virtual time
passes only while an execution waits.
"""

import contextvars
import threading
import types
from collections.abc import Callable
from typing import Any

from local import ministack, runtime
from local.iam import principals

_execution: contextvars.ContextVar[str] = contextvars.ContextVar("_execution", default="")


class Worker:
    """The part of `threading.Thread` that the interpreter uses, as work in flight."""

    def __init__(
        self, target: Callable[..., Any], args: tuple[Any, ...] = (), **_daemon: bool
    ) -> None:
        self._target, self._args, self._done = target, args, runtime.clock.signal()

    def start(self) -> None:
        """Run the target in a worker of the clock."""
        runtime.clock.spawn(self._run)

    def join(self) -> None:
        """Wait until the target has returned; the waiting worker is not in flight meanwhile."""
        self._done.wait()

    def _run(self) -> None:
        try:
            self._target(*self._args)
        finally:
            self._done.set()


class Event:
    """`threading.Event` with a timeout in virtual time."""

    def __init__(self) -> None:
        self._flag, self._wake = False, runtime.clock.signal()

    def set(self) -> None:
        """Wake the waiter."""
        self._flag = True
        self._wake.set()

    def is_set(self) -> bool:
        """Return whether the event was set."""
        return self._flag

    def wait(self, timeout: float) -> bool:
        """Wait until the event is set or `timeout` virtual seconds have passed."""
        timer = runtime.clock.call_later(timeout, self._wake.set)
        self._wake.wait()
        timer.cancel()
        return self._flag


def execution() -> dict[str, Any]:
    """Return the execution that runs in this thread."""
    found: dict[str, Any] = ministack.executions[_execution.get()]
    return found


def state_machine() -> dict[str, Any]:
    """Return the state machine of the execution that runs in this thread."""
    machine: dict[str, Any] = ministack.state_machines[execution()["stateMachineArn"]]
    return machine


def session() -> str:
    """Return the access key of a session of the machine's role; raises AccessDeniedError."""
    machine = state_machine()
    return principals.assume(machine["roleArn"], "states", machine["name"])


def _record_execution(run_execution: Callable[[str], Any]) -> Callable[[str], Any]:
    """Record the execution that runs in this thread, whose role makes the calls."""

    def wrapper(arn: str) -> Any:
        _execution.set(arn)
        return run_execution(arn)

    return wrapper


def _sleep(seconds: float) -> None:
    """Sleep in virtual time; skip fractions, which are MiniStack's pause before an execution."""
    if seconds >= 1:
        runtime.clock.sleep(seconds)


def _replace_sleep(time: Any) -> Any:
    time.sleep = _sleep
    return time


def install() -> None:
    """Replace the interpreter's time and threads."""
    ministack.interpreter_time.wrap(_replace_sleep)
    threads = types.ModuleType("threading")
    threads.__dict__.update(vars(threading), Thread=Worker, Event=Event)
    ministack.interpreter_threads.replace(threads)
    ministack.run_execution.wrap(_record_execution)
