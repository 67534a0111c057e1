"""EventBridge buses: entries retain their time and are delivered by the matching rules.

Patterns, buses and rules are MiniStack's. PutEvents, the deliveries (`targets.py`) and the error
for enabling or disabling a missing rule are implemented here.
"""

import json
import uuid
from collections.abc import Callable
from typing import Any

from common import times
from local import ministack, runtime
from local.events import targets

MAX_REQUEST_BYTES = 262_144
Response = tuple[int, dict[str, str], bytes]


def emit(source: str, detail_type: str, detail: dict[str, Any], resources: list[str]) -> None:
    """Send an event of an AWS service (`aws.*` source) to the default bus, at the clock's time."""
    _accept(source, detail_type, json.dumps(detail, default=str), resources, "default", None)


def _accept(
    source: str, detail_type: str, detail: str, resources: list[str], bus: str, time: float | None
) -> str:
    """Accept an event of this account -> event id."""
    event = {
        "EventId": str(uuid.uuid4()),
        "Source": source,
        "DetailType": detail_type,
        "Detail": detail,
        "Time": int(runtime.clock.now() if time is None else time),
        "Resources": resources,
        "Account": runtime.account,
        "Region": runtime.REGION,
    }
    accept(bus, event)
    return str(event["EventId"])


def accept(bus: str, event: dict[str, Any]) -> None:
    """Deliver an event of this account, or of another one, to the targets of a bus."""
    event = {**event, "EventBusName": bus}
    view = ministack.event_view(event)
    with runtime.clock.busy():
        ministack.match_rules(event, view)
        ministack.archive_event(event, view)


def put_events(data: dict[str, Any], allow_aws_source: bool = False) -> Response:
    """Handle PutEvents, whose entries succeed or fail individually, as on AWS."""
    entries = data.get("Entries") or []
    if not 1 <= len(entries) <= 10:
        return ministack.error_response(
            "ValidationException",
            f"Value at 'entries' must have length from 1 to 10, not {len(entries)}",
            400,
        )
    if sum(map(_entry_bytes, entries)) > MAX_REQUEST_BYTES:
        message = "Total size of the entries in the request is over the limit."
        return ministack.error_response("ValidationException", message, 400)
    results = [_put(entry, aws_source=allow_aws_source) for entry in entries]
    failed = sum("ErrorCode" in result for result in results)
    return ministack.json_response({"FailedEntryCount": failed, "Entries": results})


def _entry_bytes(entry: dict[str, Any]) -> int:
    """Return the size of an entry as AWS counts it."""
    texts = [entry.get("Source"), entry.get("DetailType"), entry.get("Detail")]
    size = sum(
        len(str(text).encode()) for text in [*texts, *(entry.get("Resources") or [])] if text
    )
    return size + (14 if entry.get("Time") is not None else 0)


def _put(entry: dict[str, Any], *, aws_source: bool) -> dict[str, str]:
    bus, rejection = ministack.resolve_bus(entry.get("EventBusName") or "default")
    if rejection:
        return {"ErrorCode": rejection[0], "ErrorMessage": rejection[1]}
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            message = f"Parameter {name} is not valid. Reason: {name} is a required argument."
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": message}
    if entry["Source"].startswith("aws.") and not aws_source:
        return {
            "ErrorCode": "NotAuthorizedForSourceException",
            "ErrorMessage": "Not authorized for the source.",
        }
    if not _is_json_object(entry["Detail"]):
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    resources = entry.get("Resources") or []
    time = epoch(entry.get("Time"))
    event_id = _accept(entry["Source"], entry["DetailType"], entry["Detail"], resources, bus, time)
    return {"EventId": event_id}


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def epoch(time: float | str | None) -> float | None:
    """Return the Time of an entry, which is ISO 8601 or epoch seconds, in epoch seconds."""
    return times.parse(time).timestamp() if isinstance(time, str) else time


def _require_rule(
    operation: Callable[[dict[str, Any]], Response],
) -> Callable[[dict[str, Any]], Response]:
    """Reject an operation on a missing rule, which MiniStack reports as a success."""

    def wrapper(data: dict[str, Any]) -> Response:
        name, bus = data.get("Name"), data.get("EventBusName") or "default"
        if ministack.rule_key(name, bus) not in ministack.rules:
            message = f"Rule {name} does not exist on EventBus {bus.rpartition('/')[2]}."
            return ministack.error_response("ResourceNotFoundException", message, 400)
        return operation(data)

    return wrapper


def install() -> None:
    """Replace how MiniStack accepts and delivers events."""
    ministack.disable_rule.wrap(_require_rule)
    ministack.enable_rule.wrap(_require_rule)
    ministack.put_events.replace(put_events)
    ministack.invoke_target.replace(targets.invoke)
