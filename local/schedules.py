"""Rules with a schedule: every `rate(…)` and `cron(…)` is a timer of the clock."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ministack.services import eventbridge

from local import runtime, targets
from local.clock import Timer

_timers: dict[str, Timer] = {}


def next_time(expression: str, after: float) -> float | None:
    """Return when a schedule is due next (epoch seconds); None when never."""
    seconds = eventbridge._parse_rate_seconds(expression)
    if seconds is not None:
        return after + float(seconds)
    fields = eventbridge._parse_cron_fields(expression)
    if fields is None:
        return None
    due = eventbridge._cron_next_fire(fields, datetime.fromtimestamp(after, UTC))
    return due.timestamp() if due else None


def _arm(key: str) -> None:
    """Set the timer of a rule as the rule is now; an old timer of it is cancelled."""
    if old := _timers.pop(key, None):
        old.cancel()
    rule = eventbridge._rules.get(key)
    if rule is None or not rule.get("ScheduleExpression") or rule.get("State") != "ENABLED":
        return
    due = next_time(rule["ScheduleExpression"], runtime.clock.now())
    if due is not None:
        _timers[key] = runtime.clock.call_at(due, _fire, key, due)


def _fire(key: str, due: float) -> None:
    rule = eventbridge._rules.get(key)
    _arm(key)
    if rule is None:
        return
    event = {
        "EventId": str(uuid.uuid4()),
        "Source": "aws.events",
        "DetailType": "Scheduled Event",
        "Detail": "{}",
        "EventBusName": rule.get("EventBusName", "default"),
        "Time": int(due),
        "Resources": [rule["Arn"]],
        "Account": runtime.ACCOUNT,
        "Region": runtime.REGION,
    }
    for target in eventbridge._targets.get(key, []):
        targets.invoke(target, event, rule)


def _following(operation: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    """Let an operation on a rule be followed by arming its timer anew."""

    def wrapper(data: dict[str, Any]) -> Any:
        answer = operation(data)
        bus, _ = eventbridge._event_bus_name_from_ref(data.get("EventBusName") or "default")
        _arm(eventbridge._rule_key(data.get("Name", ""), bus))
        return answer

    return wrapper


def install() -> None:
    """Follow every change of a rule; MiniStack's own ticker is never started."""
    for name in ("_put_rule", "_delete_rule", "_enable_rule", "_disable_rule"):
        setattr(eventbridge, name, _following(getattr(eventbridge, name)))
