"""The deployment's CloudWatch alarms: their states, meanings and state changes."""

import json

from cli import runbook
from cli.aws import Json, pages
from cli.connection import Connection
from cli.dead_letters.letter import SUFFIX
from cli.outputs import Outputs
from common.times import iso

# The stage of each section of the runbook; those of functions are in the stage of the function.
STAGES = {
    "api-errors": "shared",
    "api-release": "shared",
    "conflicting-transactions": "2",
    "features-stale": "3",
    "late-transactions": "2",
    "poller-gaps": "1",
    "poller-rejections": "1",
    "poller-stalled": "1",
    "production-data-harder": "7",
    "raw-late": "2",
    "stage-data-quality": "7",
    "stage-drift-feature": "7",
    "stage-errors": "6",
    "stage-latency": "6",
    "stage-loss": "7",
    "stage-unmonitored": "7",
    "stream-behind": "2",
    "streaming-dead-letters": "2",
    "undelivered": "shared",
}


def alarms(connection: Connection) -> list[Json]:
    """Return each alarm: name, state, since, reason, stage, meaning, first_action, runbook.

    `stage` is the number of the stage or "shared", `reason` that of the last state change, and
    `runbook` the address of the section on the alarm, which has meaning and first action.
    """
    found = pages(
        connection.clients("cloudwatch"),
        "describe_alarms",
        "MetricAlarms",
        AlarmNamePrefix=f"{connection.outputs.prefix}-",
    )
    return [_alarm(alarm, connection.outputs) for alarm in found]


def _alarm(alarm: Json, outputs: Outputs) -> Json:
    text, _, address = alarm.get("AlarmDescription", "").rpartition(": ")
    anchor = address.rpartition("#")[2]
    section = runbook.section(anchor)
    first = section and section.of_alarm(alarm["AlarmName"], outputs.prefix).first_action
    return {
        "name": alarm["AlarmName"],
        "state": alarm["StateValue"],
        "since": iso(alarm["StateUpdatedTimestamp"]),
        "reason": alarm.get("StateReason"),
        "stage": STAGES.get(anchor) or _stage_of_function(alarm["AlarmName"], outputs),
        "meaning": text or None,
        "first_action": first,
        "runbook": address or None,
    }


def _stage_of_function(alarm: str, outputs: Outputs) -> str:
    """Return the stage of the function of an alarm `P-<function>-errors` or `-dead-letters`."""
    queue = f"{alarm.removesuffix(SUFFIX).removesuffix('-errors')}{SUFFIX}"
    stages = (stage for stage, names in outputs.dead_letter_queues.items() if queue in names)
    return next(stages, "shared")


def alarm_changes(connection: Connection) -> list[Json]:
    """Return the state changes in the alarms' history, oldest first: name, time, state."""
    changes = [
        {
            "name": alarm["name"],
            "time": iso(item["Timestamp"]),
            "state": json.loads(item["HistoryData"])["newState"]["stateValue"],
        }
        for alarm in alarms(connection)
        for item in pages(
            connection.clients("cloudwatch"),
            "describe_alarm_history",
            "AlarmHistoryItems",
            AlarmName=alarm["name"],  # the account may have thousands of other alarms
            HistoryItemType="StateUpdate",
        )
    ]
    return sorted(changes, key=lambda change: (change["time"], change["name"]))
