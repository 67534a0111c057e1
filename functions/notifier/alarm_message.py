"""The message about an alarm: what it means, and the first step of its runbook section. Pure."""

from collections.abc import Mapping

from common.runbook import Section
from notifier.alerts import Alarm
from notifier.message import Message


def message(alarm: Alarm, prefix: str, sections: Mapping[str, Section]) -> Message | None:
    """Return the message about a change of state; None if a person need not know of it."""
    name = alarm.name.removeprefix(f"{prefix}-")
    if alarm.state == "OK":
        # An alarm of a new deployment, which had no data, was never reported.
        return _over(alarm, name) if alarm.previous == "ALARM" else None
    meaning, _, address = alarm.description.rpartition(": ")
    found = sections.get(address.rpartition("#")[2])
    section = found and found.of_alarm(alarm.name, prefix)
    action = section.first_action if section else "evergreen status"
    return Message(
        f"ALARM: {name}",
        alarm.time,
        f"Do: {action}",
        (
            meaning or alarm.description,
            section.meaning if section else "",
            f"CloudWatch: {alarm.reason}",
            f"Runbook: {address}" if address else "",
        ),
    )


def _over(alarm: Alarm, name: str) -> Message:
    action = "The alarm is over; nothing has to be done."
    return Message(f"OK again: {name}", alarm.time, action, (f"CloudWatch: {alarm.reason}",))
