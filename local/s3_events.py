"""S3 event notifications: delivered by workers of the clock, so that settling waits for them."""

from typing import Any

from ministack.services import s3

from local import runtime


def _fire(bucket_name: str, key: str, event_name: str, **facts: Any) -> None:
    """Take MiniStack's place of starting an uncounted thread."""
    if s3._bucket_notifications.get(bucket_name):
        runtime.clock.spawn(lambda: s3._fire_s3_event(bucket_name, key, event_name, **facts))


def install() -> None:
    """Replace the starter of the notification threads."""
    s3._fire_s3_event_async = _fire
