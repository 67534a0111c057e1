"""Administration of the local AWS below `/_evergreen/`: health, clock, faults, permissions."""

import os
import re
from collections.abc import Callable
from typing import Any

from common import times
from local import faults, runtime
from local.clock.clock import ClockBusyError
from local.events import event_bus
from local.http_messages import Request, Response, error, json_response
from local.iam import encrypted_resources, policies, resource_policies

SETTLE_SECONDS = 900.0


def handle(request: Request) -> Response:
    """Handle `/_evergreen/health`, `/clock`, `/settle`, `/faults`, `/iam` and `/save`.

    Peers ask for `/resource`, and send `/events`.
    """
    route = (request.method, request.path.removeprefix("/_evergreen/"))
    if route == ("POST", "clock"):
        return _set_clock(request.json())
    if route[1] == "faults":
        return _faults(request)
    if route == ("GET", "resource"):
        return json_response(_resource(request.query["arn"]))
    if route == ("POST", "events"):
        event_bus.accept(**request.json())
        return json_response({"accepted": True})
    if answer := ANSWERS.get(route):
        return json_response(answer())
    return error("NotFound", f"{request.method} {request.path}", 404)


def _health() -> dict[str, Any]:
    return {"status": "ok", "pid": os.getpid(), "home": str(runtime.home), **_clock()}


def _settle() -> dict[str, Any]:
    return {"settled": runtime.clock.settle(SETTLE_SECONDS), **_clock()}


def _save() -> dict[str, Any]:
    """Save the state once, for a later start with `--restored`."""
    from local.persistence import saver  # noqa: PLC0415 - it imports this package

    saver.Saver(runtime.home).save()
    return {"saved": True}


def _clock() -> dict[str, Any]:
    state = runtime.clock.state()
    stop_at = state["stop_at"]
    formatted = {"now": runtime.iso(state["now"]), "stop_at": stop_at and runtime.iso(stop_at)}
    return {**state, **formatted, "region": runtime.REGION, "account": runtime.account}


def _resource(arn: str) -> dict[str, Any]:
    """Describe a resource of this account as `peers.Resource`."""
    service = arn.split(":")[2]
    found = resource_policies.own(service, arn)
    return {
        "exists": resource_policies.exists(arn),
        "policy": found and found[0],
        "key": encrypted_resources.bucket_key(arn) if service == "s3" else None,
    }


def _set_clock(body: dict[str, Any]) -> Response:
    if runtime.clock.mode == "real":
        return error("ValidationException", "clock: got mode real, expected virtual")
    if "stop_at" in body:
        stop_at = body["stop_at"]
        runtime.clock.stop_at(stop_at and times.parse(stop_at).timestamp())
    if "advance_to" in body:
        try:
            runtime.clock.advance(times.parse(body["advance_to"]).timestamp(), SETTLE_SECONDS)
        except ClockBusyError as busy:
            return error("ThrottlingException", str(busy))
    return json_response(_clock())


def _faults(request: Request) -> Response:
    try:
        if request.method == "POST":
            faults.replace(request.json()["faults"])
    except (KeyError, TypeError, re.error) as invalid:
        return error("ValidationException", f"faults: got {invalid!r}, expected a list of faults")
    return json_response({"faults": faults.pending()})


ANSWERS: dict[tuple[str, str], Callable[[], dict[str, Any]]] = {
    ("GET", "clock"): _clock,
    ("GET", "health"): _health,
    ("GET", "iam"): policies.report,
    ("POST", "save"): _save,
    ("POST", "settle"): _settle,
}
