"""Step Functions on the virtual clock: executions are work in flight, waits are timers.

The interpreter is MiniStack's. Its threads, events and sleeps are replaced, so that virtual time
passes only while an execution waits.
"""

import contextvars
import json
import threading
import types
from collections.abc import Callable
from typing import Any

from local import ministack, runtime
from local.iam import gate, principals, service_requests
from local.iam.policies import AccessDeniedError, Check

_execution: contextvars.ContextVar[str] = contextvars.ContextVar("_execution", default="")
_waiting_for: contextvars.ContextVar[str] = contextvars.ContextVar("_waiting_for", default="")


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


def _record_token(call_with_callback: Callable[..., Any]) -> Callable[..., Any]:
    """Record the task token of a Lambda call, whose failure MiniStack ignores."""

    def wrapper(resource: str, value: Any, token: str, state: Any) -> Any:
        reset = _waiting_for.set(token)
        try:
            return call_with_callback(resource, value, token, state)
        finally:
            _waiting_for.reset(reset)

    return wrapper


def _fail_waiting_task(call_lambda: Callable[..., Any]) -> Callable[..., Any]:
    """Fail the task that waits for a callback when its Lambda fails, as AWS does."""

    def wrapper(function: str, event: Any) -> Any:
        record, _, name = ministack.function_record(function)
        arn = (record or {}).get("config", {}).get("FunctionArn", name)
        _authorize([Check("lambda:InvokeFunction", arn)])
        if task := ministack.task_tokens.get(_waiting_for.get()):
            task["state_machine"] = _state_machine()["stateMachineArn"]
        try:
            return call_lambda(function, event)
        except ministack.ExecutionError as error:
            if task := ministack.task_tokens.get(_waiting_for.get()):
                task["error"] = {"Error": error.error, "Cause": error.cause}
                task["event"].set()
            raise

    return wrapper


def _check_put_events(put_events: Callable[..., Any]) -> Callable[..., Any]:
    """Accept a Detail object in a PutEvents task, and fail it if an entry fails, as AWS does."""

    def wrapper(resource: str, value: Any) -> Any:
        entries = [
            {**entry, "Detail": _detail_text(entry.get("Detail"))} for entry in value["Entries"]
        ]
        request = {**value, "Entries": entries}
        _authorize(service_requests.put_events_checks(request))
        result = put_events(resource, request)
        if result.get("FailedEntryCount"):
            raise ministack.ExecutionError("EventBridge.FailedEntry", json.dumps(result))
        return result

    return wrapper


def _record_execution(run_execution: Callable[[str], Any]) -> Callable[[str], Any]:
    """Record the execution that runs in this thread, whose role makes the calls."""

    def wrapper(arn: str) -> Any:
        _execution.set(arn)
        return run_execution(arn)

    return wrapper


def _state_machine() -> dict[str, Any]:
    """Return the state machine of the execution that runs in this thread."""
    arn = ministack.executions[_execution.get()]["stateMachineArn"]
    machine: dict[str, Any] = ministack.state_machines[arn]
    return machine


def _authorize(needed: list[Check]) -> None:
    """Require permissions of the state machine's role; fails the task as AWS does."""
    machine = _state_machine()
    try:
        gate.require(principals.assume(machine["roleArn"], "states", machine["name"]), *needed)
    except AccessDeniedError as denied:
        service = needed[0].action.partition(":")[0]
        error = {"lambda": "Lambda.AWSLambdaException"}.get(service, "States.TaskFailed")
        raise ministack.ExecutionError(error, str(denied)) from None


def _detail_text(detail: Any) -> Any:
    return json.dumps(detail) if isinstance(detail, dict) else detail


def _sleep(seconds: float) -> None:
    """Sleep in virtual time; skip fractions, which are MiniStack's pause before an execution."""
    if seconds >= 1:
        runtime.clock.sleep(seconds)


def _replace_sleep(time: Any) -> Any:
    time.sleep = _sleep
    return time


def install() -> None:
    """Replace the interpreter's time and threads and the calls whose failures it ignores."""
    ministack.interpreter_time.wrap(_replace_sleep)
    threads = types.ModuleType("threading")
    threads.__dict__.update(vars(threading), Thread=Worker, Event=Event)
    ministack.interpreter_threads.replace(threads)
    ministack.call_with_callback.wrap(_record_token)
    ministack.call_lambda.wrap(_fail_waiting_task)
    ministack.task_put_events.wrap(_check_put_events)
    ministack.run_execution.wrap(_record_execution)
