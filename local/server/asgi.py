"""ASGI plumbing of the gateway: request bodies, responses, logging and delays."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from local.http_messages import Request, Response, error

log = logging.getLogger("local.server")

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Handler = Callable[[Request], Response]

# AWS's SDK for Go closes the body of a request when the response headers arrive. If its writer has
# not finished by then, it drops the connection, and Terraform repeats a create that succeeded.
# Only a server on the same machine responds that fast.
GO_SDK, GO_SDK_DELAY_SECONDS = "aws-sdk-go", 0.01


def headers_of(scope: Scope) -> dict[str, str]:
    """Return the request headers by lower-case name."""
    return {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}


async def read_request(scope: Scope, receive: Receive) -> Request:
    """Read a whole request."""
    path = scope.get("raw_path", scope["path"].encode()).decode()
    query = _query(scope["query_string"].decode())
    body = await read_body(receive)
    return Request(scope["method"], path, query, headers_of(scope), body)


async def run_handler(handler: Handler, scope: Scope, receive: Receive, send: Send) -> None:
    """Respond with a synchronous handler, which runs in a worker thread."""
    request = await read_request(scope, receive)
    try:
        response = await asyncio.to_thread(handler, request)
    except Exception as failure:
        log.exception("%s %s failed", request.method, request.path)
        response = error("InternalFailure", repr(failure), 500)
    await respond(send, response)


def _query(text: str) -> dict[str, str]:
    """Return the query parameters; values of a repeated name are joined by commas."""
    query: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    return query


async def read_body(receive: Receive) -> bytes:
    """Read the whole request body."""
    chunks, more = [], True
    while more:
        message = await receive()
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(chunks)


def replay(body: bytes) -> Receive:
    """Return a `receive` that returns an already read body."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def respond(send: Send, response: Response) -> None:
    """Send a complete response."""
    fields = {"content-length": str(len(response.body))} | response.headers
    headers = [(name.encode(), value.encode()) for name, value in fields.items()]
    start = {"type": "http.response.start", "status": response.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": response.body})


def then(send: Send, action: Callable[[], None]) -> Send:
    """Return a `send` that calls `action` before the response starts."""

    async def wrapper(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            action()
        await send(message)

    return wrapper


def with_status(send: Send, status: int, instead: Callable[[], Response | None]) -> Send:
    """Return a `send` that replaces a response of this status by that of `instead`, if any."""
    replaced = False

    async def wrapper(message: dict[str, Any]) -> None:
        nonlocal replaced
        started = message["type"] == "http.response.start"
        if started and message["status"] == status and (response := instead()):
            replaced = True
            await respond(send, response)
        elif not replaced:
            await send(message)

    return wrapper


async def discard(_message: dict[str, Any]) -> None:
    """Discard the response."""


def observed(send: Send, service: str, operation: str, user_agent: str) -> Send:
    """Return a `send` that logs every error response and delays responses to the SDK for Go."""

    async def wrapper(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            if message["status"] >= 400:
                log.warning("%s %s -> %s", service or "-", operation, message["status"])
            if GO_SDK in user_agent:
                await asyncio.sleep(GO_SDK_DELAY_SECONDS)
        await send(message)

    return wrapper
