"""One message of a dead-letter queue: what it was, why it failed, when. Pure: no AWS, no clock."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from cli.aws import Json
from common.times import iso

SUFFIX = "-dead-letters"  # of the queues of functions


@dataclass(frozen=True, eq=False)  # a message is itself
class DeadLetter:
    """A received message; only the reader that received it has the receipt to delete it."""

    queue: str
    stage: str
    message_id: str
    receipt: str
    body: str
    attributes: Mapping[str, str]
    sent: datetime
    receive_count: int

    @classmethod
    def of(cls, queue: str, stage: str, message: Json) -> "DeadLetter":
        """Parse a message of ReceiveMessage with all of its attributes."""
        system = message.get("Attributes", {})
        named = message.get("MessageAttributes", {})
        return cls(
            queue,
            stage,
            message["MessageId"],
            message["ReceiptHandle"],
            message["Body"],
            {name: value.get("StringValue", "") for name, value in named.items()},
            datetime.fromtimestamp(int(system["SentTimestamp"]) / 1000, UTC),
            int(system.get("ApproximateReceiveCount", 1)),
        )

    @cached_property
    def content(self) -> Json | None:
        """The body as a JSON object; None if it is none."""
        try:
            parsed = json.loads(self.body)
        except ValueError:
            return None
        return parsed if isinstance(parsed, dict) else None

    @property
    def function(self) -> str | None:
        """The function whose failed invocations go to this queue; None for `P-undelivered`."""
        return self.queue.removesuffix(SUFFIX) if self.queue.endswith(SUFFIX) else None

    @property
    def batch(self) -> Json | None:
        """Shard and sequence numbers of the records of a stream that a function failed for."""
        return (self.content or {}).get("KinesisBatchInfo")

    @property
    def what(self) -> str:
        """What the message was, in a few words."""
        if self.content is None:
            return f"{len(self.body)} characters that are no JSON object"
        if self.batch is not None:
            stream = str(self.batch.get("streamArn")).rpartition("/")[2]
            return f"{self.batch.get('batchSize')} records of stream {stream}"
        kind = self.content.get("detail-type") or self.content.get("source") or "payload"
        time = self.content.get("time")
        return f"{kind} of {time}" if time else str(kind)

    @property
    def reason(self) -> str:
        """Why it failed, as the service that sent the message says."""
        given = {name.replace("_", "").lower(): text for name, text in self.attributes.items()}
        parts = [given.get("errorcode", ""), given.get("errormessage", "")]
        if self.batch is not None:
            context: Any = (self.content or {}).get("requestContext") or {}
            parts = [str(context.get("condition", ""))]
        text = ": ".join(part for part in parts if part and part != "200")  # 200: Lambda
        return " ".join(text.split()) or "not stated"

    def document(self, now: datetime) -> Json:
        """Return the message as JSON; its age is relative to `now`."""
        return {
            "queue": self.queue,
            "message_id": self.message_id,
            "stage": self.stage,
            "what": self.what,
            "reason": self.reason,
            "sent": iso(self.sent),
            "age_seconds": max(0, int((now - self.sent).total_seconds())),
            "receive_count": self.receive_count,
            "body": self.body if self.content is None else self.content,
        }
