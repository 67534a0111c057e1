"""Production whose models another account trains asks that account for a better one.

modules/account_link forwards the event; the other account decides by its own limits, and is asked
again by the next check as long as production needs a better model.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from common import decisions, times
from retrain_trigger.production import Production
from retrain_trigger.training_events import (
    TRIGGERS,
    AlarmEvent,
    Check,
    TrainingEvent,
    TrainingFailed,
)

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "evergreen.production"
DETAIL_TYPE = "Better Model Requested"


def request(production: Production, event: TrainingEvent) -> tuple[dict[str, Any] | None, str]:
    """Return the detail of the request, None if none is needed; and why.

    A version that is being deployed may be the remedy, so only a person's request does not wait.
    """
    if isinstance(event, TrainingFailed):
        return None, "trainings of this account are not retried"
    versions = production.versions()
    situation = None
    if isinstance(event, Check):
        if not versions:
            return None, "no version has been promoted"
        situation, reason = production.situation(versions, event.time)
        if situation is None:
            return None, reason
    else:
        reason = event.reason
    if isinstance(event, AlarmEvent):
        situation = production.breach(versions, reason, event.time)
    if situation is not None and situation.undecided is not None:
        return None, situation.undecided
    since = situation.since if situation is not None else None
    return {
        "trigger": TRIGGERS[event.source],
        "reason": reason,
        "since": times.iso(since) if since is not None else None,
    }, reason


def send(events: "EventBridgeClient", bus: str, time: datetime, request: dict[str, Any]) -> None:
    """Put the request on this account's bus; raises decisions.DecisionError."""
    decisions.put(events, bus, SOURCE, DETAIL_TYPE, time, request)
