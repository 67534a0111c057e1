"""The local AWS about itself: health, and the clock's hands for tests and the demo."""

import os
import re
from datetime import UTC, datetime
from typing import Any

from local import faults, runtime
from local.clock import ClockBusyError
from local.http import Request, Response, error, json_response

SETTLE_SECONDS = 900.0


def handle(request: Request) -> Response:
    """Answer `/_evergreen/health`, `/clock` (GET and POST), `/settle` and `/faults`."""
    route = (request.method, request.path.removeprefix("/_evergreen/"))
    if route == ("GET", "health"):
        return json_response(
            {"status": "ok", "pid": os.getpid(), "home": str(runtime.home), **_clock()}
        )
    if route == ("GET", "clock"):
        return json_response(_clock())
    if route == ("POST", "clock"):
        return _move(request.json())
    if route == ("POST", "settle"):
        return json_response({"settled": runtime.clock.settle(SETTLE_SECONDS), **_clock()})
    if route[1] == "faults":
        return _faults(request)
    return error("NotFound", f"{request.method} {request.path}", 404)


def iso(seconds: float) -> str:
    """Write epoch seconds as ISO UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _clock() -> dict[str, Any]:
    state = runtime.clock.state()
    stop_at = state["stop_at"]
    return {**state, "now": iso(state["now"]), "stop_at": stop_at and iso(stop_at)}


def _move(wanted: dict[str, Any]) -> Response:
    if runtime.clock.mode == "real":
        return error("ValidationException", "the clock is the machine's own")
    if "stop_at" in wanted:
        stop_at = wanted["stop_at"]
        runtime.clock.stop_at(None if stop_at is None else _epoch(stop_at))
    if "advance_to" in wanted:
        try:
            runtime.clock.advance(_epoch(wanted["advance_to"]), SETTLE_SECONDS)
        except ClockBusyError as busy:
            return error("ThrottlingException", str(busy))
    return json_response(_clock())


def _faults(request: Request) -> Response:
    try:
        if request.method == "POST":
            faults.plan(request.json()["faults"])
    except (KeyError, TypeError, re.error) as mistake:
        return error("ValidationException", f"no list of faults: {mistake!r}")
    return json_response({"faults": faults.planned()})


def _epoch(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
