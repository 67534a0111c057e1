"""The event `CloudWatch Alarm State Change`: state, reason and configuration. Pure."""

import time
from typing import Any

from local.cloudwatch.alarm_state import COMPARISONS, Datapoints, evaluated, needed_datapoints

PHRASES = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}


def state_of(alarm: dict[str, Any]) -> dict[str, Any]:
    """Return the current state in the format of the event."""
    state = {
        "value": alarm["StateValue"],
        "reason": alarm["StateReason"],
        "timestamp": _timestamp(alarm["StateUpdatedTimestamp"]),
    }
    if alarm.get("StateReasonData"):
        state["reasonData"] = alarm["StateReasonData"]
    return state


def reason(alarm: dict[str, Any], state: str, points: Datapoints, now: float) -> str:
    """Return the reason for a new state in CloudWatch's wording."""
    count, real = alarm["EvaluationPeriods"], evaluated(alarm, points)
    if state == "INSUFFICIENT_DATA":
        return f"Insufficient Data: {count} datapoints were unknown."
    if not real:
        treatment = "Breaching" if state == "ALARM" else "NonBreaching"
        return (
            f"Threshold Crossed: no datapoints were received for {count} periods and "
            f"{count} missing datapoints were treated as [{treatment}]."
        )
    is_breaching = COMPARISONS[alarm["ComparisonOperator"]]
    period, alarming = _period(alarm), state == "ALARM"
    oldest = _start(alarm, len(points), now)
    decisive = [
        f"{value} ({time.strftime('%d/%m/%y %H:%M:%S', time.gmtime(oldest + period * position))})"
        for position, value in reversed(real.items())
        if is_breaching(value, alarm["Threshold"]) == alarming
    ]
    needed = needed_datapoints(alarm)
    minimum = needed if alarming else count - needed + 1
    verb = ("was" if len(decisive) == 1 else "were") + ("" if alarming else " not")
    return (
        f"Threshold Crossed: {len(decisive)} out of the last {count} datapoints "
        f"[{', '.join(decisive)}] {verb} {PHRASES[alarm['ComparisonOperator']]} the threshold "
        f"({alarm['Threshold']}) (minimum {minimum} datapoint{'s' if minimum > 1 else ''} for "
        f"{alarm['StateValue']} -> {state} transition)."
    )


def reason_data(alarm: dict[str, Any], points: Datapoints, now: float) -> dict[str, Any]:
    """Return the reason for a state as data, in CloudWatch's format."""
    data = {
        "version": "1.0",
        "queryDate": _timestamp(now),
        "startDate": _timestamp(_start(alarm, alarm["EvaluationPeriods"], now)),
        "period": _period(alarm),
        "recentDatapoints": list(evaluated(alarm, points).values()),
        "threshold": alarm["Threshold"],
    }
    return data if alarm.get("Metrics") else {**data, "statistic": alarm["Statistic"]}


def configuration(alarm: dict[str, Any]) -> dict[str, Any]:
    """Return metrics and description of an alarm in the format of the event."""
    queries = alarm.get("Metrics") or [
        {
            "Id": "m1",
            "MetricStat": {
                "Metric": alarm,
                "Period": alarm["Period"],
                "Stat": alarm.get("ExtendedStatistic") or alarm["Statistic"],
            },
        }
    ]
    described: dict[str, Any] = {"metrics": [_query(query) for query in queries]}
    if alarm["AlarmDescription"]:
        described["description"] = alarm["AlarmDescription"]
    return described


def _query(query: dict[str, Any]) -> dict[str, Any]:
    described = {"id": query["Id"], "returnData": query.get("ReturnData", True)}
    described |= {key.lower(): query[key] for key in ("Expression", "Label") if query.get(key)}
    if stat := query.get("MetricStat"):
        metric = stat["Metric"]
        dimensions = {entry["Name"]: entry["Value"] for entry in metric.get("Dimensions") or []}
        names = {"namespace": metric["Namespace"], "name": metric["MetricName"]}
        described["metricStat"] = {
            "metric": {**names, "dimensions": dimensions},
            "period": int(stat["Period"]),
            "stat": stat["Stat"],
        }
    return described


def _start(alarm: dict[str, Any], count: int, now: float) -> float:
    """Return the start of the oldest of `count` periods that end with the last full minute."""
    return now // 60 * 60 - _period(alarm) * count


def _period(alarm: dict[str, Any]) -> int:
    """Return the length of one period in seconds."""
    stats = [query["MetricStat"] for query in alarm.get("Metrics") or [] if "MetricStat" in query]
    return int(max(int(stat["Period"]) for stat in stats)) if stats else int(alarm["Period"])


def _timestamp(seconds: float) -> str:
    """Format a time as alarm events do: milliseconds, no colon in the offset."""
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds % 1 * 1000):03d}+0000"
