"""The deployment's CloudWatch alarms: their states and state changes."""

import json

from cli.aws import Json, pages
from cli.connection import Connection
from common.times import iso


def alarms(connection: Connection) -> list[Json]:
    """Return name, state and time of the last state change of each alarm."""
    found = pages(
        connection.clients("cloudwatch"),
        "describe_alarms",
        "MetricAlarms",
        AlarmNamePrefix=f"{connection.outputs.prefix}-",
    )
    return [
        {
            "name": alarm["AlarmName"],
            "state": alarm["StateValue"],
            "since": iso(alarm["StateUpdatedTimestamp"]),
        }
        for alarm in found
    ]


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
