"""Executions: names are used once, a repeated start is harmless, and an ended one stays ended."""

import json
import re
from collections.abc import Callable
from typing import Any

from local import ministack, runtime

NAME = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}")
Response = tuple[int, dict[str, str], Any]
TIMED_OUT = "TIMED_OUT"


def _start(start_execution: Callable[..., Response]) -> Callable[..., Response]:
    def wrapper(request: dict[str, Any]) -> Response:
        name = request.get("name")
        if name is not None and not NAME.fullmatch(name):
            return _error("InvalidName", f"Invalid Name: '{name}'")
        if (running := _same(request)) is not None:
            started = {key: running[key] for key in ("executionArn", "startDate")}
            response: Response = ministack.json_response(started)
            return response
        response = start_execution(request)
        if response[0] == 200:
            _limit(json.loads(response[2])["executionArn"])
        return response

    return wrapper


def _same(request: dict[str, Any]) -> dict[str, Any] | None:
    """Return the running execution that the same request has started before."""
    machine = ministack.find_state_machine(request.get("stateMachineArn", ""))
    for execution in list(ministack.executions.values()):
        if (
            execution["stateMachineArn"] == machine
            and execution["name"] == request.get("name")
            and execution["input"] == request.get("input", "{}")
            and execution["status"] == "RUNNING"
        ):
            found: dict[str, Any] = execution
            return found
    return None


def _limit(arn: str) -> None:
    """End an execution after the time that its state machine allows."""
    execution = ministack.executions[arn]
    definition = json.loads(ministack.state_machines[execution["stateMachineArn"]]["definition"])
    if seconds := definition.get("TimeoutSeconds"):
        runtime.clock.call_later(seconds, _time_out, execution)


def _time_out(execution: dict[str, Any]) -> None:
    if execution["status"] == "RUNNING":
        execution.update(status=TIMED_OUT, stopDate=ministack.now_iso())
        ministack.add_history_event(execution, "ExecutionTimedOut", {})
        ministack.emit_execution_status(execution)


def _fail(fail_execution: Callable[..., None]) -> Callable[..., None]:
    """Leave an execution that was stopped, or has timed out, as it is."""

    def wrapper(execution: dict[str, Any], error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            fail_execution(execution, error, cause)

    return wrapper


def _error(code: str, message: str) -> Response:
    response: Response = ministack.error_response(code, message, 400)
    return response


def install() -> None:
    """Replace what MiniStack does differently."""
    ministack.start_execution.wrap(_start)
    ministack.fail_execution.wrap(_fail)
