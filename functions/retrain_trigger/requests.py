"""What asks for a training, and why. Pure."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common import times

MANUAL = "evergreen.cli"
CHECK = "-check"  # how the name of the hourly rule ends
TOLD = 256  # characters of a reason that travel with the model
# What SageMaker takes in a model package's CustomerMetadataProperties, where the reason ends up.
REFUSED = re.compile(r"[^\w .:/=+@-]+")


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

    @property
    def name(self) -> str:
        """Name of the execution that this request starts: it tells its own from others."""
        return f"{self.time:%Y-%m-%dT%H-%M}-{self.token[:12]}"

    @property
    def told(self) -> str:
        """The reason as the pipeline is told, in characters that every step takes."""
        return " ".join(REFUSED.sub(" ", self.reason).split())[:TOLD] or "unknown"


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


def is_check(event: dict[str, Any]) -> bool:
    """Whether the hourly rule asks if the alarm still rings."""
    rules = event.get("resources", []) if event.get("source") == "aws.events" else []
    return any(rule.endswith(CHECK) for rule in rules)


def of_alarm(event: dict[str, Any], alarm: dict[str, Any]) -> dict[str, Any]:
    """Return a check as if the alarm (DescribeAlarms) had rung at its time."""
    detail = {"alarmName": alarm["AlarmName"], "state": {"reason": alarm["StateReason"]}}
    return event | {"source": "aws.cloudwatch", "detail": detail}
