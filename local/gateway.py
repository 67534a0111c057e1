"""The one port: routes each request to MiniStack, to our own services or to the admin endpoints.

PutEvents from outside moves the virtual clock to its newest entry first, so that everything due
before that moment happens before it, in order.
"""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import ministack.app as ministack

from local import admin, faults, runtime
from local.clock import ClockBusyError
from local.http import Request, Response, error

log = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")


def _sagemaker(request: Request) -> Response:
    from local import sagemaker  # noqa: PLC0415 - pandas and pyarrow come with it

    return sagemaker.handle(request)


OURS = {"sagemaker": _sagemaker}
THEIRS = set(ministack.SERVICE_HANDLERS) | set(ministack.SERVICE_NAME_ALIASES)
BUSY_SECONDS = 40  # clients give up after 60
# AWS's SDK for Go closes a request's body when the answer's headers arrive; if its writer has not
# come to look for the body's end by then, it drops the connection, and Terraform repeats a create
# that was done. No server far away answers as fast as we do.
GO, UNHURRIED_SECONDS = "aws-sdk-go", 0.01


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one ASGI connection."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        await _http(scope, receive, send)
    else:
        await ministack.app(scope, receive, send)


async def _http(scope: Scope, receive: Receive, send: Send) -> None:
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
    found = CREDENTIAL.search(headers.get("authorization", ""))
    key, region, service = found.groups() if found else ("", runtime.REGION, "")
    operation = headers.get("x-amz-target") or f"{scope['method']} {scope['path']}"
    send = _logged(send, service, operation)
    if GO in headers.get("user-agent", ""):
        send = _unhurried(send)
    route = partial(_route, scope, headers, (key, region, service), operation, receive)
    if scope["path"].startswith("/_evergreen/"):
        await _ours(admin.handle, scope, headers, region, receive, send)
    elif fault := faults.due(service, operation):
        await _suffer(fault, route, receive, send)
    else:
        await route(send)


async def _route(
    scope: Scope,
    headers: dict[str, str],
    credential: tuple[str, str, str],
    operation: str,
    receive: Receive,
    send: Send,
) -> None:
    key, region, service = credential
    if service in OURS:
        await _ours(OURS[service], scope, headers, region, receive, send)
    elif service and service not in THEIRS:
        code = "UnknownOperationException"
        await _send(send, error(code, f"{service} is not part of the local AWS"))
    elif operation == "AWSEvents.PutEvents" and key != runtime.INSIDE_KEY:
        await _put_events(scope, receive, send)
    else:
        await ministack.app(scope, receive, send)


async def _suffer(
    fault: faults.Fault, route: Callable[[Send], Awaitable[None]], receive: Receive, send: Send
) -> None:
    """Let a request suffer a fault that was asked for."""
    await asyncio.sleep(fault.seconds)
    if fault.status is None:
        await route(send)
        return
    if fault.after:
        await route(_to_nobody)
    else:
        await _read(receive)
    await _send(send, faults.answer(fault.service, fault.status))


async def _to_nobody(_message: dict[str, Any]) -> None:
    """Lose the answer."""


async def _ours(
    handle: Callable[[Request], Response],
    scope: Scope,
    headers: dict[str, str],
    region: str,
    receive: Receive,
    send: Send,
) -> None:
    """Answer with one of our synchronous handlers, in a worker thread."""
    path = scope.get("raw_path", scope["path"].encode()).decode()
    query = _query(scope["query_string"].decode())
    body = await _read(receive)
    request = Request(scope["method"], path, query, headers, body, region)
    try:
        response = await asyncio.to_thread(handle, request)
    except Exception as failure:
        log.exception("%s %s failed", scope["method"], path)
        response = error("InternalFailure", repr(failure), 500)
    await _send(send, response)


def _query(text: str) -> dict[str, str]:
    """Return the query; the values of a repeated key are joined by commas."""
    query: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    return query


async def _put_events(scope: Scope, receive: Receive, send: Send) -> None:
    body = await _read(receive)
    try:
        await asyncio.to_thread(runtime.clock.follow, newest_time(body), BUSY_SECONDS)
    except ClockBusyError as busy:
        await _send(send, error("ThrottlingException", f"Rate exceeded: {busy}"))
        return

    async def replay() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    await ministack.app(scope, replay, send)


def newest_time(body: bytes) -> float:
    """Return the latest Time of the entries (epoch seconds), 0 when there is none."""
    try:
        entries = json.loads(body)["Entries"]
        times = [entry["Time"] for entry in entries if entry.get("Time") is not None]
        return max((_epoch(value) for value in times), default=0.0)
    except (ValueError, KeyError, TypeError):
        return 0.0  # malformed: MiniStack has the right answer for it


def _epoch(value: float | str) -> float:
    return datetime.fromisoformat(value).timestamp() if isinstance(value, str) else float(value)


async def _read(receive: Receive) -> bytes:
    chunks, more = [], True
    while more:
        message = await receive()
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(chunks)


async def _send(send: Send, response: Response) -> None:
    length = ("content-length", str(len(response.body)))
    headers = [(n.encode(), v.encode()) for n, v in [*response.headers.items(), length]]
    start = {"type": "http.response.start", "status": response.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": response.body})


def _logged(send: Send, service: str, operation: str) -> Send:
    """Log every refused request: the one place to look when something local behaves oddly."""

    async def wrapper(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start" and message["status"] >= 400:
            log.warning("%s %s -> %s", service or "-", operation, message["status"])
        await send(message)

    return wrapper


def _unhurried(send: Send) -> Send:
    async def wrapper(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            await asyncio.sleep(UNHURRIED_SECONDS)
        await send(message)

    return wrapper


async def _lifespan(receive: Receive, send: Send) -> None:
    """Start without MiniStack's own start: it would open ports and start real-time tickers."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            ministack._MAIN_LOOP = asyncio.get_running_loop()
            await send({"type": "lifespan.startup.complete"})
        else:
            await send({"type": "lifespan.shutdown.complete"})
            return
