"""Scheduled rules: every `rate(…)` and `cron(…)` is a timer of the clock."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from local import ministack, runtime
from local.clock.timer import Timer
from local.events import targets

_timers: dict[str, Timer] = {}


def next_time(expression: str, after: float) -> float | None:
    """Return when a schedule is due next (epoch seconds), None if never."""
    seconds = ministack.rate_seconds(expression)
    if seconds is not None:
        return after + float(seconds)
    fields = ministack.cron_fields(expression)
    if fields is None:
        return None
    due = ministack.next_cron_time(fields, datetime.fromtimestamp(after, UTC))
    return due.timestamp() if due else None


def _set_timer(key: str) -> None:
    """Replace the timer of a rule according to its current schedule and state."""
    if old := _timers.pop(key, None):
        old.cancel()
    rule = ministack.rules.get(key)
    if rule is None or not rule.get("ScheduleExpression") or rule.get("State") != "ENABLED":
        return
    due = next_time(rule["ScheduleExpression"], runtime.clock.now())
    if due is not None:
        _timers[key] = runtime.clock.call_at(due, _fire, key, due)


def _fire(key: str, due: float) -> None:
    rule = ministack.rules.get(key)
    _set_timer(key)
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
        "Account": runtime.account,
        "Region": runtime.REGION,
    }
    for target in ministack.rule_targets.get(key, []):
        targets.invoke(target, event, rule)


def _update_timer(operation: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    """Set the timer of a rule after each operation that changes the rule."""

    def wrapper(data: dict[str, Any]) -> Any:
        response = operation(data)
        bus, _ = ministack.resolve_bus(data.get("EventBusName") or "default")
        _set_timer(ministack.rule_key(data.get("Name", ""), bus))
        return response

    return wrapper


def resume() -> None:
    """Set the timers of all rules."""
    for key in list(ministack.rules):
        _set_timer(key)


def install() -> None:
    """Update timers with every change of a rule; MiniStack's ticker is never started."""
    for hook in (
        ministack.put_rule,
        ministack.delete_rule,
        ministack.enable_rule,
        ministack.disable_rule,
    ):
        hook.wrap(_update_timer)
