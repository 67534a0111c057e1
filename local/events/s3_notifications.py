"""S3 event notifications: sent by workers of the clock, so that settling waits for them."""

from typing import Any

from local import ministack, runtime


def _start(bucket: str, key: str, event_name: str, **details: Any) -> None:
    """Send a notification from a worker instead of an uncounted thread."""
    if ministack.bucket_notifications.get(bucket):
        runtime.clock.spawn(lambda: ministack.send_s3_event(bucket, key, event_name, **details))


def install() -> None:
    """Replace how MiniStack starts the notification threads."""
    ministack.start_s3_event.replace(_start)
