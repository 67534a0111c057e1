"""The gateway: routes requests to MiniStack, the SageMaker services or the administration API.

Requests that a web page may have caused are refused. PutEvents from outside first advances the
virtual clock to its newest entry, so that everything due before happens first, in order.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from functools import partial

from local import execute_api, faults, ministack, peers, processes, runtime
from local.clock.clock import ClockBusyError
from local.events import event_bus
from local.http_messages import Request, Response, error
from local.iam import admission, gate, policies, principals, web_identity
from local.server import admin, asgi, forwarding, request_origin
from local.server.asgi import Receive, Scope, Send

CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
MAX_BUSY_SECONDS = 40  # that PutEvents waits for the clock; clients time out after 60


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one ASGI connection."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        await _http(scope, receive, send)
    else:
        await ministack.app(scope, receive, send)


async def _http(scope: Scope, receive: Receive, send: Send) -> None:
    headers = asgi.headers_of(scope)
    client = execute_api.is_client(scope["path"])
    # An API without IAM authorization ignores signatures: its clients have its own key.
    found = None if client else CREDENTIAL.search(headers.get("authorization", ""))
    key, _, service = found.groups() if found else ("", "", "execute-api" if client else "")
    operation = headers.get("x-amz-target") or f"{scope['method']} {scope['path']}"
    send = asgi.observed(send, service, operation, headers.get("user-agent", ""))
    if reason := request_origin.refusal(scope["headers"], from_pages=client):
        await asgi.respond(send, error("AccessDenied", reason, 403))
        return
    if scope["path"].startswith("/_evergreen/"):
        await asgi.run_handler(admin.handle, scope, receive, send)
        return
    receive, faulty = await _identified(scope, key, service, operation, receive)
    route = partial(_route, scope, key, service, operation, receive)
    if fault := faults.take(faulty):
        if fault.kill:
            processes.kill(key)
            await asgi.respond(send, faults.response(service, 500))
            return
        await _inject(fault, service, route, receive, send)
    else:
        await route(send)


async def _identified(
    scope: Scope, key: str, service: str, operation: str, receive: Receive
) -> tuple[Receive, faults.Faulty]:
    """Return `receive`, and what faults know of the request."""
    if not faults.by_caller() or (caller := principals.of_key(key)) is None:
        return receive, faults.Faulty(service, operation)
    request = await asgi.read_request(scope, receive)
    faulty = faults.Faulty(service, operation, caller.role, gate.action(service, request))
    return asgi.replay(request.body), faulty


async def _authorized(
    scope: Scope, key: str, service: str, receive: Receive, send: Send
) -> tuple[Receive, Send] | None:
    """Check the permissions of a request; None if it was refused.

    Return `receive` and `send` for the service.
    """
    if not service and scope["path"] == "/":  # unsigned, as who has a token but no key asks
        request = await asgi.read_request(scope, receive)
        receive = asgi.replay(request.body)
        if denied := web_identity.refusal(request):
            await asgi.respond(send, denied)
            return None
    known = principals.of_key(key) is not None
    if service == "iam":
        send = asgi.then(send, policies.forget)
    if not known and not admission.checks(service, scope["query_string"].decode()):
        return receive, send
    request = await asgi.read_request(scope, receive)
    receive = asgi.replay(request.body)
    if refused := await _refusal(service, key, request):
        await asgi.respond(send, refused)
        return None
    if (
        known
        and peers.homes
        and (answer := await asyncio.to_thread(forwarding.answer, service, key, request))
    ):
        await asgi.respond(send, answer)
        return None
    if service == "s3":
        send = asgi.with_status(send, 404, partial(gate.missing_object, key, request))
    return receive, send


async def _route(
    scope: Scope, key: str, service: str, operation: str, receive: Receive, send: Send
) -> None:
    authorized = await _authorized(scope, key, service, receive, send)
    if authorized is None:
        return
    receive, send = authorized
    if execute_api.is_client(scope["path"]):
        await ministack.app(scope, receive, send)
    elif service == "sagemaker":
        await asgi.run_handler(_sagemaker, scope, receive, send)
    elif service == "application-autoscaling":
        await asgi.run_handler(_autoscaling, scope, receive, send)
    elif service == "codedeploy":
        await asgi.run_handler(_codedeploy, scope, receive, send)
    elif service and service not in ministack.service_names:
        message = f"{service} is not part of the local AWS"
        await asgi.respond(send, error("UnknownOperationException", message))
    elif operation == "AWSEvents.PutEvents" and not principals.is_inside(key):
        await _put_events(scope, receive, send)
    else:
        await ministack.app(scope, receive, send)


async def _refusal(service: str, key: str, request: Request) -> Response | None:
    def refuse() -> Response | None:
        return gate.denial(service, key, request) or admission.refusal(service, request)

    # It may ask peers, which may ask this server at the same time.
    return await asyncio.to_thread(refuse) if peers.homes else refuse()


def _sagemaker(request: Request) -> Response:
    from local.sagemaker import service  # noqa: PLC0415 - botocore's service model takes 0.3 s

    return service.handle(request)


def _autoscaling(request: Request) -> Response:
    from local.autoscaling import targets  # noqa: PLC0415 - imports SageMaker

    return targets.handle(request)


def _codedeploy(request: Request) -> Response:
    from local.codedeploy import service  # noqa: PLC0415 - imports SageMaker

    return service.handle(request)


async def _inject(
    fault: faults.Fault,
    service: str,
    route: Callable[[Send], Awaitable[None]],
    receive: Receive,
    send: Send,
) -> None:
    """Apply a fault to a request."""
    await asyncio.sleep(fault.seconds)
    if fault.status is None:
        await route(send)
        return
    if fault.after:
        await route(asgi.discard)
    else:
        await asgi.read_body(receive)
    await asgi.respond(send, faults.response(service, fault.status))


async def _put_events(scope: Scope, receive: Receive, send: Send) -> None:
    body = await asgi.read_body(receive)
    try:
        await asyncio.to_thread(runtime.clock.follow, newest_time(body), MAX_BUSY_SECONDS)
    except ClockBusyError as busy:
        await asgi.respond(send, error("ThrottlingException", f"Rate exceeded: {busy}"))
        return
    await ministack.app(scope, asgi.replay(body), send)


def newest_time(body: bytes) -> float:
    """Return the latest Time of the entries in epoch seconds, 0 if there is none."""
    try:
        entries = json.loads(body)["Entries"]
        return max(float(event_bus.epoch(entry.get("Time")) or 0.0) for entry in entries)
    except (ValueError, KeyError, TypeError):
        return 0.0  # malformed: the operation itself returns the error


async def _lifespan(receive: Receive, send: Send) -> None:
    """Start without MiniStack's own startup, which opens ports and starts real-time tickers."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            ministack.main_loop.replace(asyncio.get_running_loop())
            await send({"type": "lifespan.startup.complete"})
        else:
            await send({"type": "lifespan.shutdown.complete"})
            return
