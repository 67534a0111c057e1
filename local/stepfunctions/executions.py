"""Executions: names, order and times as on AWS; a repeated start is harmless; an end is final."""

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from local import ministack, runtime

NAME = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}")
Response = tuple[int, dict[str, str], Any]
TIMED_OUT = "TIMED_OUT"
NUMBER = "localNumber"  # key in the record of an execution: how many started before
_began: dict[str, float] = {}  # real time of the first event, by ARN


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
            _begin(ministack.executions[json.loads(response[2])["executionArn"]])
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


def _begin(execution: dict[str, Any]) -> None:
    """Give an execution its number, and end it after the time that its machine allows."""
    execution[NUMBER] = 1 + max(one.get(NUMBER, 0) for one in ministack.executions.values())
    definition = json.loads(ministack.state_machines[execution["stateMachineArn"]]["definition"])
    if seconds := definition.get("TimeoutSeconds"):
        runtime.clock.call_later(seconds, _time_out, execution)


def _time_out(execution: dict[str, Any]) -> None:
    if execution["status"] == "RUNNING":
        execution.update(status=TIMED_OUT, stopDate=ministack.now_iso())
        ministack.add_history_event.current()(execution, "ExecutionTimedOut", {})
        ministack.emit_execution_status(execution)


def _fail(fail_execution: Callable[..., None]) -> Callable[..., None]:
    """Leave an execution that was stopped, or has timed out, as it is."""

    def wrapper(execution: dict[str, Any], error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            fail_execution(execution, error, cause)

    return wrapper


def _order(_sort_key: Callable[..., Any]) -> Callable[..., tuple[str, str]]:
    """List the execution that started last first, also of those with the same virtual time."""

    def wrapper(listed: dict[str, Any]) -> tuple[str, str]:
        arn = listed["executionArn"]
        number = ministack.executions.get(arn, {}).get(NUMBER, 0)
        return f"{listed['startDate']} {number:09d}", arn

    return wrapper


def _with_work(add_event: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Give an event the virtual time plus the real seconds since the first one."""

    def wrapper(execution: dict[str, Any], *event: Any) -> dict[str, Any]:
        added = add_event(execution, *event)
        began = _began.setdefault(execution["executionArn"], time.monotonic())
        now = datetime.fromtimestamp(runtime.clock.with_work(began), UTC)
        added["timestamp"] = f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z"
        return added

    return wrapper


def _error(code: str, message: str) -> Response:
    response: Response = ministack.error_response(code, message, 400)
    return response


def install() -> None:
    """Replace what MiniStack does differently."""
    ministack.start_execution.wrap(_start)
    ministack.fail_execution.wrap(_fail)
    ministack.execution_order.wrap(_order)
    ministack.add_history_event.wrap(_with_work)
