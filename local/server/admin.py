"""Administration of the local AWS below `/_evergreen/`: health, clock, faults."""

import os
import re
from typing import Any

from common import times
from local import runtime
from local.clock.clock import ClockBusyError
from local.http_messages import Request, Response, error, json_response
from local.server import faults

SETTLE_SECONDS = 900.0


def handle(request: Request) -> Response:
    """Handle `/_evergreen/health`, `/clock` (GET and POST), `/settle` and `/faults`."""
    route = (request.method, request.path.removeprefix("/_evergreen/"))
    if route == ("GET", "health"):
        return json_response(
            {"status": "ok", "pid": os.getpid(), "home": str(runtime.home), **_clock()}
        )
    if route == ("GET", "clock"):
        return json_response(_clock())
    if route == ("POST", "clock"):
        return _set_clock(request.json())
    if route == ("POST", "settle"):
        return json_response({"settled": runtime.clock.settle(SETTLE_SECONDS), **_clock()})
    if route[1] == "faults":
        return _faults(request)
    return error("NotFound", f"{request.method} {request.path}", 404)


def _clock() -> dict[str, Any]:
    state = runtime.clock.state()
    stop_at = state["stop_at"]
    formatted = {"now": runtime.iso(state["now"]), "stop_at": stop_at and runtime.iso(stop_at)}
    return {**state, **formatted, "region": runtime.REGION}


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
