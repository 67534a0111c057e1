"""EventBridge buses: entries keep their own time, matching rules deliver, failures are retried.

Patterns, buses and rules stay MiniStack's, but for switching a rule that does not exist;
accepting an event and bringing it to its targets is ours (`targets.py`).
"""

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import eventbridge

from local import runtime, targets

REQUEST_BYTES = 262_144
Answer = tuple[int, dict[str, str], bytes]


def emit(
    source: str,
    detail_type: str,
    detail: dict[str, Any],
    resources: list[str],
    bus: str = "default",
) -> None:
    """Send an event of the platform itself (`aws.*` sources included) at the clock's time."""
    accept(source, detail_type, json.dumps(detail, default=str), resources, bus, None)


def accept(
    source: str, detail_type: str, detail: str, resources: list[str], bus: str, time: float | None
) -> str:
    """Match one event against the bus's rules and start the deliveries -> its id."""
    event = {
        "EventId": str(uuid.uuid4()),
        "Source": source,
        "DetailType": detail_type,
        "Detail": detail,
        "EventBusName": bus,
        "Time": int(runtime.clock.now() if time is None else time),
        "Resources": resources,
        "Account": runtime.ACCOUNT,
        "Region": runtime.REGION,
    }
    view = eventbridge._pattern_event_view(event)
    with runtime.clock.busy():
        eventbridge._dispatch_event(event, view)
        eventbridge._archive_event(event, view)
    return str(event["EventId"])


def put_events(data: dict[str, Any], allow_aws_source: bool = False) -> Answer:
    """PutEvents: each entry succeeds or fails alone, as on AWS."""
    entries = data.get("Entries") or []
    if not 1 <= len(entries) <= 10:
        return error_response_json(
            "ValidationException",
            f"Value at 'entries' must have length from 1 to 10, not {len(entries)}",
            400,
        )
    if sum(map(entry_bytes, entries)) > REQUEST_BYTES:
        message = "Total size of the entries in the request is over the limit."
        return error_response_json("ValidationException", message, 400)
    results = [_put(entry, aws_source=allow_aws_source) for entry in entries]
    failed = sum("ErrorCode" in result for result in results)
    return json_response({"FailedEntryCount": failed, "Entries": results})


def entry_bytes(entry: dict[str, Any]) -> int:
    """Return the size of an entry in bytes as AWS counts it."""
    texts = [entry.get("Source"), entry.get("DetailType"), entry.get("Detail")]
    size = sum(
        len(str(text).encode()) for text in [*texts, *(entry.get("Resources") or [])] if text
    )
    return size + (14 if entry.get("Time") is not None else 0)


def _put(entry: dict[str, Any], *, aws_source: bool) -> dict[str, str]:
    bus, refused = eventbridge._event_bus_name_from_ref(entry.get("EventBusName") or "default")
    if refused:
        return {"ErrorCode": refused[0], "ErrorMessage": refused[1]}
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            message = f"Parameter {name} is not valid. Reason: {name} is a required argument."
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": message}
    if entry["Source"].startswith("aws.") and not aws_source:
        return {
            "ErrorCode": "NotAuthorizedForSourceException",
            "ErrorMessage": "Not authorized for the source.",
        }
    if not _is_object(entry["Detail"]):
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    resources = entry.get("Resources") or []
    time = _epoch(entry.get("Time"))
    return {
        "EventId": accept(
            entry["Source"], entry["DetailType"], entry["Detail"], resources, bus, time
        )
    }


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _epoch(value: float | str | None) -> float | None:
    return datetime.fromisoformat(value).timestamp() if isinstance(value, str) else value


def _known_rule(switch: Callable[[dict[str, Any]], Answer]) -> Callable[[dict[str, Any]], Answer]:
    """Refuse to switch a rule that does not exist; MiniStack would say that it is done."""

    def wrapper(data: dict[str, Any]) -> Answer:
        name, bus = data.get("Name"), data.get("EventBusName") or "default"
        if eventbridge._rule_key(name, bus) not in eventbridge._rules:
            message = f"Rule {name} does not exist on EventBus {bus.rpartition('/')[2]}."
            return error_response_json("ResourceNotFoundException", message, 400)
        return switch(data)

    return wrapper


def install() -> None:
    """Put our acceptance and our deliveries in place of MiniStack's."""
    eventbridge._disable_rule = _known_rule(eventbridge._disable_rule)
    eventbridge._enable_rule = _known_rule(eventbridge._enable_rule)
    eventbridge._put_events = put_events
    eventbridge._invoke_target = targets.invoke
