"""What asks for a training, and why. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common import times

MANUAL = "evergreen.cli"


@dataclass(frozen=True, slots=True)
class Request:
    """One wish for a training."""

    id: str
    time: datetime
    reason: str
    manual: bool

    @property
    def token(self) -> str:
        """ClientRequestToken: the same for a redelivered event, so it starts nothing twice."""
        return hashlib.sha256(self.id.encode()).hexdigest()


def parse(event: dict[str, Any]) -> Request:
    """Read an event of CloudWatch, of the schedule or of the CLI; raises ValueError for others."""
    source, detail = event.get("source"), event.get("detail") or {}
    if source == "aws.cloudwatch":
        reason = f"alarm {detail['alarmName']}: {detail['state']['reason']}"
    elif source == "aws.events":
        reason = "schedule"
    elif source == MANUAL:
        reason = detail.get("reason") or "asked for by hand"
    else:
        raise ValueError(f"events of source {source!r} ask for no training")
    return Request(event["id"], times.parse(event["time"]), reason, manual=source == MANUAL)
