"""The deployment's alarms: how they are, and how they changed."""

import json

from cli.reads.aws import Clients, Json, iso, pages


def alarms(clients: Clients, prefix: str) -> list[Json]:
    """Return name, state and time of the last change of each alarm."""
    found = pages(
        clients("cloudwatch"), "describe_alarms", "MetricAlarms", AlarmNamePrefix=f"{prefix}-"
    )
    return [
        {
            "name": alarm["AlarmName"],
            "state": alarm["StateValue"],
            "since": iso(alarm["StateUpdatedTimestamp"]),
        }
        for alarm in found
    ]


def alarm_changes(clients: Clients, prefix: str) -> list[Json]:
    """Return every change of state that CloudWatch remembers: name, time, state."""
    changes = [
        {
            "name": alarm["name"],
            "time": iso(item["Timestamp"]),
            "state": json.loads(item["HistoryData"])["newState"]["stateValue"],
        }
        for alarm in alarms(clients, prefix)
        for item in pages(
            clients("cloudwatch"),
            "describe_alarm_history",
            "AlarmHistoryItems",
            AlarmName=alarm["name"],  # asked for alone: an account may hold thousands of others
            HistoryItemType="StateUpdate",
        )
    ]
    return sorted(changes, key=lambda change: (change["time"], change["name"]))
