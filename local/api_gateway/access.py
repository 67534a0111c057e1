"""Metrics and access log of REST APIs."""

import asyncio
import contextvars
import re
import time
from typing import Any

from local import cloudwatch_logs, ministack, runtime

VARIABLE = re.compile(r"\$context\.([A-Za-z.]+)")
ABSENT = "-"
# What is known of the request that is answered: MiniStack's own record of it.
_current: contextvars.ContextVar[dict[str, Any]] = contextvars.ContextVar("_current")


def request_id() -> str:
    """Return the id of the request that is answered."""
    return str(_current.get()["request"]["request_id"])


def execute(original: Any) -> Any:
    """Return an execution that remembers its request, and the error of API Gateway itself."""

    async def remembered(request: dict[str, Any], *rest: Any) -> Any:
        _current.get()["request"] = request
        found = await original(request, *rest)
        error = found.message if isinstance(found, ministack.GatewayError) else None
        _current.get()["error"] = error
        return found

    return remembered


def answer(original: Any) -> Any:
    """Return an answer to a request that is also measured and logged."""

    async def observed(api_id: str, stage_name: str, method: str, *rest: Any) -> Any:
        known: dict[str, Any] = {}
        token, started = _current.set(known), time.monotonic()
        try:
            response = await original(api_id, stage_name, method, *rest)
        finally:
            _current.reset(token)
        stage = known.get("request", {}).get("stage")
        if stage:
            response[1].setdefault("x-amzn-requestid", known["request"]["request_id"])
            milliseconds = (time.monotonic() - started) * 1000
            await asyncio.to_thread(_record, api_id, stage, method, known, response, milliseconds)
        return response

    return observed


def _record(
    api_id: str,
    stage: dict[str, Any],
    method: str,
    known: dict[str, Any],
    response: Any,
    ms: float,
) -> None:
    status, name = int(response[0]), ministack.rest_apis[api_id]["name"]
    values = {
        "Count": 1,
        "4XXError": 400 <= status < 500,
        "5XXError": status >= 500,
        "Latency": ms,
    }
    for dimensions in ({"ApiName": name}, {"ApiName": name, "Stage": stage["stageName"]}):
        for metric, value in values.items():
            unit = "Milliseconds" if metric == "Latency" else "Count"
            ministack.record_metric("AWS/ApiGateway", metric, float(value), unit, dimensions)
    settings = stage.get("accessLogSettings") or {}
    if destination := settings.get("destinationArn"):
        request = known["request"]
        length = len(response[2] or b"")
        line = _line(
            settings.get("format", ""), request, method, status, length, ms, known["error"]
        )
        group = destination.partition(":log-group:")[2].removesuffix(":*")
        cloudwatch_logs.write(group, stage["stageName"], [line], creates_group=False)


def _line(
    form: str,
    request: dict[str, Any],
    method: str,
    status: int,
    length: int,
    ms: float,
    error: str | None,
) -> str:
    headers = {name.lower(): value for name, value in request["headers"].items()}
    values = {
        "error.message": error,
        "httpMethod": method,
        "identity.sourceIp": "127.0.0.1",
        "identity.userAgent": headers.get("user-agent"),
        "requestId": request["request_id"],
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(runtime.clock.now())),
        "resourcePath": request["resource_path"],
        "responseLatency": f"{ms:.0f}",
        "responseLength": str(length),
        "status": str(status),
    }
    return VARIABLE.sub(lambda found: values.get(found[1].rstrip(".")) or ABSENT, form)


def install() -> None:
    """Replace MiniStack's parts."""
    ministack.execute_request.wrap(execute)
    ministack.answer_request.wrap(answer)
