"""Which messages were sent, as objects of the data bucket: an alert is delivered at least once."""

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING

from notifier.alerts import LoopEvent, Notification

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX = "notifications/"
ABSENT = frozenset({"404", "NoSuchKey"})


def identity(notification: Notification) -> str:
    """Return what repeated deliveries of an alert have in common. Pure.

    A repeated event of EventBridge, or of a state that Step Functions repeats, may have another
    id; its time and detail are the same.
    """
    alert = notification.alert()
    text = alert.model_dump_json() if isinstance(alert, LoopEvent) else notification.text
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def key(time: datetime, identity_: str, channel: str) -> str:
    """Return the key of a message in a channel. Pure."""
    return f"{PREFIX}{time:%Y/%m/%d}/{identity_}-{channel}.json"


class Sent:
    """The messages that were sent."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3, self._bucket = s3, bucket

    def has(self, key_: str) -> bool:
        """Return whether a message was sent."""
        try:
            self._s3.head_object(Bucket=self._bucket, Key=key_)
        except self._s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in ABSENT:
                raise
            return False
        return True

    def add(self, key_: str, subject: str, text: str) -> None:
        """Record a message that was sent; without its link, which is a secret."""
        body = json.dumps({"subject": subject, "text": text}, ensure_ascii=False)
        self._s3.put_object(Bucket=self._bucket, Key=key_, Body=body.encode())
