"""S3 event notifications: sent by workers of the clock, so that settling waits for them."""

import contextvars
import json
from typing import Any

from local import ministack, runtime

# The version that an event is about; MiniStack leaves it out of those of EventBridge.
_version: contextvars.ContextVar[str | None] = contextvars.ContextVar("_version", default=None)


def _start(bucket: str, key: str, event_name: str, **details: Any) -> None:
    """Send a notification from a worker instead of an uncounted thread."""
    if ministack.bucket_notifications.get(bucket):
        runtime.clock.spawn(lambda: _send(bucket, key, event_name, details))


def _send(bucket: str, key: str, event_name: str, details: dict[str, Any]) -> None:
    token = _version.set(details.get("version_id"))
    try:
        ministack.send_s3_event(bucket, key, event_name, **details)
    finally:
        _version.reset(token)


def _dispatch(event: dict[str, Any], *more: Any) -> Any:
    """Dispatch an event; one of S3 has the version of its object, as on AWS."""
    if event["Source"] == "aws.s3" and (version := _version.get()):
        detail = json.loads(event["Detail"])
        detail["object"]["version-id"] = version
        event = {**event, "Detail": json.dumps(detail)}
    return ministack.match_rules(event, *more)


def install() -> None:
    """Replace how MiniStack starts the notification threads, and what EventBridge gets of S3."""
    ministack.start_s3_event.replace(_start)
    ministack.dispatch_event.replace(_dispatch)
