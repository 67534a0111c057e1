"""The message about an alert, whichever form it has. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime

from common.runbook import Section
from notifier import alarm_message, event_messages
from notifier.alerts import Alarm, Alert, LoopEvent, Release, Text
from notifier.message import Message

BUDGET = re.compile(
    r"^(Budget Name|Budgeted Amount|(?:ACTUAL|FORECASTED) Amount): *(.+)$", re.MULTILINE
)
RELEASES = {
    "SUCCEEDED": ("serves all requests", "Nothing has to be done."),
    "FAILED": ("failed", "The version before it serves. Do: runbook, api-release"),
    "STOPPED": ("was stopped", "The version before it serves. Do: runbook, api-release"),
}


def message(
    alert: Alert, received: datetime, prefix: str, sections: Mapping[str, Section]
) -> Message | None:
    """Return the message about an alert; None if a person need not know of it."""
    if isinstance(alert, Alarm):
        return alarm_message.message(alert, prefix, sections)
    if isinstance(alert, LoopEvent):
        return event_messages.message(alert)
    if isinstance(alert, Release):
        return _release(alert, received, prefix)
    return _text(alert, received)


def _release(release: Release, received: datetime, prefix: str) -> Message:
    what, action = RELEASES.get(release.status, (release.status, "Do: evergreen status"))
    name = release.application.removeprefix(f"{prefix}-")
    error = "" if release.error in {"", "null"} else f"Error: {release.error}"
    title = f"Release of {name} {what}"
    return Message(title, received, action, (error, f"CodeDeploy: {release.deployment}"))


def _text(alert: Text, received: datetime) -> Message:
    """Return a notification of AWS Budgets in a line; any other text as it is."""
    budget = dict(BUDGET.findall(alert.text))
    amount = next((value for name, value in budget.items() if name.endswith("D Amount")), None)
    amount = budget.get("ACTUAL Amount", amount)
    if "Budget Name" not in budget or amount is None:
        return Message(alert.subject, received, "Do: evergreen status", (alert.text,))
    kind = "spent" if "ACTUAL Amount" in budget else "forecast for this month"
    return Message(
        f"Cost: {amount.strip()} {kind}, budget {budget.get('Budgeted Amount', '?').strip()}",
        received,
        "Do: evergreen cost --actual; evergreen pause stops what costs",
        (alert.text,),
    )
