"""Step Functions on the virtual clock: executions are work in flight, waits are timers.

The interpreter is MiniStack's. Its threads, events and sleeps are replaced, so that time stands
still while an execution computes and passes while it waits.
"""

import contextvars
import json
import threading
import types
from collections.abc import Callable
from typing import Any

from ministack.services import stepfunctions

from local import runtime, shims

_waiting_for: contextvars.ContextVar[str] = contextvars.ContextVar("_waiting_for", default="")


class Worker:
    """`threading.Thread`, as far as the interpreter uses it, as work in flight."""

    def __init__(
        self, target: Callable[..., Any], args: tuple[Any, ...] = (), **_daemon: bool
    ) -> None:
        self._target, self._args, self._done = target, args, runtime.clock.signal()

    def start(self) -> None:
        """Run the target in a thread of the clock."""
        runtime.clock.spawn(self._run)

    def join(self) -> None:
        """Wait for its end; the waiting worker is not in flight meanwhile."""
        self._done.wait()

    def _run(self) -> None:
        try:
            self._target(*self._args)
        finally:
            self._done.set()


class Event:
    """`threading.Event` whose timeout is virtual."""

    def __init__(self) -> None:
        self._flag, self._wake = False, runtime.clock.signal()

    def set(self) -> None:
        """Wake the waiter."""
        self._flag = True
        self._wake.set()

    def is_set(self) -> bool:
        """Whether it was set, not only timed out."""
        return self._flag

    def wait(self, timeout: float) -> bool:
        """Wait until set or until `timeout` virtual seconds have passed."""
        timer = runtime.clock.call_later(timeout, self._wake.set)
        self._wake.wait()
        timer.cancel()
        return self._flag


def _failing_callback(original: Callable[..., Any]) -> Callable[..., Any]:
    """Remember for which token a Lambda is called: MiniStack would ignore its failure."""

    def wrapper(resource: str, value: Any, token: str, state: Any) -> Any:
        reset = _waiting_for.set(token)
        try:
            return original(resource, value, token, state)
        finally:
            _waiting_for.reset(reset)

    return wrapper


def _failing_call(original: Callable[..., Any]) -> Callable[..., Any]:
    """Let a failed Lambda fail the task that waits for its callback, as on AWS."""

    def wrapper(function: str, event: Any) -> Any:
        try:
            return original(function, event)
        except stepfunctions._ExecutionError as error:
            if task := stepfunctions._task_tokens.get(_waiting_for.get()):
                task["error"] = {"Error": error.error, "Cause": error.cause}
                task["event"].set()
            raise

    return wrapper


def _throwing_put_events(original: Callable[..., Any]) -> Callable[..., Any]:
    """PutEvents of a task takes a Detail object, and fails when an entry fails, as on AWS."""

    def wrapper(resource: str, value: Any) -> Any:
        entries = [{**entry, "Detail": _text(entry.get("Detail"))} for entry in value["Entries"]]
        result = original(resource, {**value, "Entries": entries})
        if result.get("FailedEntryCount"):
            raise stepfunctions._ExecutionError("EventBridge.FailedEntry", json.dumps(result))
        return result

    return wrapper


def _text(detail: Any) -> Any:
    return json.dumps(detail) if isinstance(detail, dict) else detail


def _sleep(seconds: float) -> None:
    """Wait for a state's whole seconds; what is less is MiniStack's pause before it starts."""
    if seconds >= 1:
        runtime.clock.sleep(seconds)


def install() -> None:
    """Replace the interpreter's time, threads and the places where it hides failures."""
    shims.install(stepfunctions)
    stepfunctions.time.sleep = _sleep
    stand_in = types.ModuleType("threading")
    stand_in.__dict__.update(vars(threading), Thread=Worker, Event=Event)
    stepfunctions.threading = stand_in
    stepfunctions._invoke_with_callback = _failing_callback(stepfunctions._invoke_with_callback)
    stepfunctions._call_lambda = _failing_call(stepfunctions._call_lambda)
    put_events = _throwing_put_events(stepfunctions._invoke_events_put_events)
    stepfunctions._SERVICE_DISPATCH["arn:aws:states:::events:putEvents"] = put_events
