"""Tasks that invoke functions or put events: their permissions, and failures as on AWS."""

import contextvars
import json
from collections.abc import Callable
from typing import Any

from local import ministack
from local.iam import gate, service_requests
from local.iam.policies import AccessDeniedError, Check
from local.stepfunctions import interpreter

_waiting_for: contextvars.ContextVar[str] = contextvars.ContextVar("_waiting_for", default="")


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
            task["state_machine"] = interpreter.state_machine()["stateMachineArn"]
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


def _authorize(needed: list[Check]) -> None:
    """Require permissions of the state machine's role; fails the task as AWS does."""
    try:
        gate.require(interpreter.session(), *needed)
    except AccessDeniedError as denied:
        service = needed[0].action.partition(":")[0]
        error = {"lambda": "Lambda.AWSLambdaException"}.get(service, "States.TaskFailed")
        raise ministack.ExecutionError(error, str(denied)) from None


def _detail_text(detail: Any) -> Any:
    return json.dumps(detail) if isinstance(detail, dict) else detail


def install() -> None:
    """Replace the calls whose failures MiniStack ignores."""
    ministack.call_with_callback.wrap(_record_token)
    ministack.call_lambda.wrap(_fail_waiting_task)
    ministack.task_put_events.wrap(_check_put_events)
