"""Lambda functions really run: each invocation takes a warm sandbox or starts one.

Replaces the executors of MiniStack; functions, versions, aliases and permissions stay there.
"""

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ministack.services import lambda_svc

from local import logs, runtime
from local.lambda_logs import report
from local.sandbox import Function, Outcome, Sandbox

CONCURRENCY = 4  # sandboxes a function, unless it reserves fewer
WARM = 16  # idle sandboxes kept in all; about 70 MB each

Record = dict[str, Any]
Result = dict[str, Any]

_lock = threading.Condition()
_idle: list[Sandbox] = []
_busy: dict[str, int] = {}


class ThrottledError(Exception):
    """The function's reserved concurrency is used up."""


def execute(record: Record, event: Any) -> Result:
    """Invoke and wait, as MiniStack's callers expect it; a throttle is a result, not an error."""
    try:
        return invoke(record, event, str(uuid.uuid4()), queued=False)
    except ThrottledError as throttled:
        return lambda_svc._throttle_response(
            "ReservedFunctionConcurrentInvocationLimitExceeded", str(throttled)
        )


def invoke(record: Record, event: Any, request_id: str, *, queued: bool) -> Result:
    """Run one event; `queued` work waits for its turn instead of being throttled.

    Raises ThrottledError; for queued work only if its function may not run at all.
    """
    function = _function(record)
    with runtime.clock.busy(), _slot(record, function, queued=queued):
        sandbox = _lease(function)
        outcome = sandbox.invoke(request_id, json.dumps(event).encode())
        _give_back(sandbox)
    lines = report(function, request_id, outcome)
    logs.write(function.log_group, sandbox.stream, lines)
    logs.append(runtime.home / "logs" / "lambda" / f"{function.name}.log", lines)
    _count(function.name, outcome.milliseconds, failed=outcome.failed)
    return _result(outcome, lines)


def find(reference: str) -> Record | None:
    """Return the record of a function by name or ARN (version and alias included)."""
    record, config, _ = lambda_svc._get_func_record_for_ref(reference)
    if record is None or config is None:
        return None
    return {**record, "config": config}


def _function(record: Record) -> Function:
    config = record.get("config") or record
    variables = (config.get("Environment") or {}).get("Variables") or {}
    logging = config.get("LoggingConfig") or {}
    return Function(
        name=config["FunctionName"],
        arn=config["FunctionArn"],
        handler=config["Handler"],
        runtime=config["Runtime"],
        timeout_seconds=int(config["Timeout"]),
        memory_megabytes=int(config["MemorySize"]),
        version=config["Version"],
        log_group=logging.get("LogGroup") or f"/aws/lambda/{config['FunctionName']}",
        code_sha256=config["CodeSha256"],
        variables=tuple(sorted(variables.items())),
        code=record["code_zip"],
    )


@contextmanager
def _slot(record: Record, function: Function, *, queued: bool) -> Iterator[None]:
    """Hold one unit of the function's concurrency."""
    reserved = lambda_svc._reserved_concurrency(record, record.get("config") or record)
    limit = CONCURRENCY if reserved is None else min(reserved, CONCURRENCY)
    with _lock:
        full = _busy.get(function.name, 0) >= limit
        if limit == 0 or (reserved is not None and full and not queued):
            _emit_metrics(function.name, duration_ms=0, error=False, throttle=True)
            raise ThrottledError("Rate Exceeded.")
        _lock.wait_for(lambda: _busy.get(function.name, 0) < limit)
        _busy[function.name] = _busy.get(function.name, 0) + 1
    try:
        yield
    finally:
        with _lock:
            _busy[function.name] -= 1
            _lock.notify_all()


def _lease(function: Function) -> Sandbox:
    """Take a warm sandbox of exactly this code and configuration, or start one."""
    with _lock:
        outdated = [box for box in _idle if _is_outdated(box.function, function)]
        fitting = [box for box in _idle if box.function == function]
        for box in [*outdated, *fitting[-1:]]:
            _idle.remove(box)
    for box in outdated:
        box.close()
    return fitting[-1] if fitting else Sandbox(function)


def _is_outdated(idle: Function, wanted: Function) -> bool:
    same = idle.name == wanted.name and idle.version == wanted.version
    return same and idle != wanted and idle.arn == wanted.arn


def _give_back(sandbox: Sandbox) -> None:
    with _lock:
        if sandbox.alive:
            _idle.append(sandbox)
        surplus = _idle[:-WARM]
        del _idle[:-WARM]
    for box in surplus:
        box.close()


def _result(outcome: Outcome, lines: list[str]) -> Result:
    body = json.loads(outcome.body or b"null")
    result = {"body": body, "log": "\n".join(lines), "error": outcome.failed}
    return {**result, "function_error": "Unhandled"} if outcome.failed else result


def _count(name: str, milliseconds: float, *, failed: bool) -> None:
    _emit_metrics(name, duration_ms=milliseconds, error=failed, throttle=False)


_emit_metrics = lambda_svc._emit_lambda_metrics


def install() -> None:
    """Put our executor in place of MiniStack's."""
    from local import lambda_async  # noqa: PLC0415 - it imports this module

    lambda_svc._execute_function = execute
    lambda_svc.invoke_async_with_retry = lambda_async.invoke
    lambda_svc._emit_lambda_metrics = lambda *_, **__: None  # counted above, once
