"""Lambda functions run in processes: each invocation takes a warm sandbox or starts one.

Replaces the executors of MiniStack; functions, versions, aliases and permissions are MiniStack's.
"""

import json
import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local import cloudwatch_logs, ministack, runtime
from local.iam import agents
from local.iam.policies import AccessDeniedError
from local.lambda_ import aliases
from local.lambda_.invocation import Function, Outcome
from local.lambda_.sandbox import Sandbox

log = logging.getLogger(__name__)

MAX_CONCURRENCY = 4  # sandboxes per function, or fewer if reserved
MAX_IDLE_SANDBOXES = 16  # of all functions; about 70 MB each

Record = dict[str, Any]
Result = dict[str, Any]

_changed = threading.Condition()
_idle: list[Sandbox] = []
_running: dict[str, int] = {}  # invocations by function


class ThrottledError(Exception):
    """The reserved concurrency of the function is used up."""


def execute(record: Record, event: Any) -> Result:
    """Invoke synchronously for MiniStack's callers, which expect a throttle as a result."""
    try:
        return invoke(record, event, str(uuid.uuid4()), queued=False)
    except ThrottledError as throttled:
        return ministack.throttle_response(
            "ReservedFunctionConcurrentInvocationLimitExceeded", str(throttled)
        )


def invoke(record: Record, event: Any, request_id: str, *, queued: bool) -> Result:
    """Run one event; a `queued` event waits for a free sandbox instead of being throttled.

    Raises ThrottledError; for a queued event only if the reserved concurrency is 0.
    """
    function = Function.from_record(record)
    with runtime.clock.busy(), _concurrency(record, function, queued=queued):
        try:
            sandbox = _take_sandbox(function)
        except AccessDeniedError as denied:
            return _not_assumed(function, denied)
        # Lambda creates the group with the function's role, which `write_log` checks. A group that
        # is deleted while the function runs stays deleted.
        creates_group = ministack.log_groups.get(function.log_group) is None
        agents.write_log(sandbox.session, function.log_group, sandbox.stream)
        if function.traced:
            agents.send_traces(sandbox.session)
        outcome = sandbox.invoke(request_id, json.dumps(event).encode())
        _return_sandbox(sandbox)
    lines = outcome.log_lines(function, request_id)
    file = runtime.home / "logs" / "lambda" / f"{function.name}.log"
    cloudwatch_logs.write(
        function.log_group, sandbox.stream, lines, file, creates_group=creates_group
    )
    _emit_metrics(function.name, outcome.milliseconds, error=outcome.failed)
    aliases.emit_metrics(function.name, function.version, error=outcome.failed)
    return _result(outcome, lines)


def _not_assumed(function: Function, denied: AccessDeniedError) -> Result:
    """Return the result of a function whose role Lambda cannot assume."""
    log.warning("function %s: %s", function.name, denied)
    _emit_metrics(function.name, 0, error=True)
    body = {"errorType": "AccessDeniedException", "errorMessage": str(denied)}
    return {"body": body, "log": "", "error": True, "function_error": "Unhandled"}


def find(reference: str) -> Record | None:
    """Return the record of a function by name or ARN (version and alias included)."""
    record, config, _ = ministack.function_record(reference)
    if record is None or config is None:
        return None
    return {**record, "config": config}


@contextmanager
def _concurrency(record: Record, function: Function, *, queued: bool) -> Iterator[None]:
    """Take one unit of the function's concurrency; raises ThrottledError."""
    reserved = ministack.reserved_concurrency(record, record.get("config") or record)
    limit = MAX_CONCURRENCY if reserved is None else min(reserved, MAX_CONCURRENCY)
    with _changed:
        full = _running.get(function.name, 0) >= limit
        if limit == 0 or (reserved is not None and full and not queued):
            _emit_metrics(function.name, 0, throttle=True)
            raise ThrottledError("Rate Exceeded.")
        _changed.wait_for(lambda: _running.get(function.name, 0) < limit)
        _running[function.name] = _running.get(function.name, 0) + 1
    try:
        yield
    finally:
        with _changed:
            _running[function.name] -= 1
            _changed.notify_all()


def _take_sandbox(function: Function) -> Sandbox:
    """Take a warm sandbox of exactly this code and configuration, or start one."""
    with _changed:
        unusable = [one for one in _idle if one.ended or _is_outdated(one.function, function)]
        for sandbox in unusable:
            _idle.remove(sandbox)
        warm = [sandbox for sandbox in _idle if sandbox.function == function]
        for sandbox in warm[-1:]:
            _idle.remove(sandbox)
    for sandbox in unusable:
        sandbox.close()
    return warm[-1] if warm else Sandbox(function)


def _is_outdated(idle: Function, current: Function) -> bool:
    same = idle.name == current.name and idle.version == current.version
    return same and idle != current and idle.arn == current.arn


def _return_sandbox(sandbox: Sandbox) -> None:
    with _changed:
        if sandbox.alive:
            _idle.append(sandbox)
        surplus = _idle[:-MAX_IDLE_SANDBOXES]
        del _idle[:-MAX_IDLE_SANDBOXES]
    for idle in surplus:
        idle.close()


def _result(outcome: Outcome, lines: list[str]) -> Result:
    body = json.loads(outcome.body or b"null")
    result = {"body": body, "log": "\n".join(lines), "error": outcome.failed}
    return {**result, "function_error": "Unhandled"} if outcome.failed else result


def _emit_metrics(
    name: str, milliseconds: float, *, error: bool = False, throttle: bool = False
) -> None:
    ministack.emit_lambda_metrics.original(
        name, duration_ms=milliseconds, error=error, throttle=throttle
    )


def install() -> None:
    """Replace MiniStack's executor, and its metrics, which would be counted twice."""
    ministack.execute_function.replace(execute)
    ministack.emit_lambda_metrics.replace(lambda *_, **__: None)
