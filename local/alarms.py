"""CloudWatch alarms that really alarm: evaluated each minute, with event, actions, history."""

import json
import logging
import time
from typing import Any

from ministack.services import cloudwatch

from local import alarm_math, events, metrics, runtime

log = logging.getLogger(__name__)

MINUTE = 60.0
COMPARED = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}


def evaluate(alarm: dict[str, Any]) -> None:
    """Bring one alarm to the state that its metrics call for now."""
    try:
        points = alarm_math.datapoints(alarm, runtime.clock.now())
        state = alarm_math.state(alarm, points)
    except alarm_math.UnsupportedMathError as error:
        log.warning("alarm %s is not evaluated: %s", alarm["AlarmName"], error)
        return
    if state != alarm["StateValue"]:
        transition(alarm, state, reason(alarm, state, points), data(alarm, points))


def transition(alarm: dict[str, Any], state: str, why: str, facts: dict[str, Any] | None) -> None:
    """Change the state; history, actions and the event follow."""
    previous = {
        "value": alarm["StateValue"],
        "reason": alarm["StateReason"],
        "timestamp": stamp(alarm["StateUpdatedTimestamp"]),
    }
    if alarm.get("StateReasonData"):
        previous["reasonData"] = alarm["StateReasonData"]
    now = runtime.clock.now()
    alarm.update(StateValue=state, StateReason=why, StateUpdatedTimestamp=now)
    alarm.update(StateTransitionedTimestamp=now, StateReasonData=facts and json.dumps(facts))
    name = alarm["AlarmName"]
    cloudwatch._record_history(name, previous["value"], state, why, reason_data=facts)
    cloudwatch._dispatch_alarm_actions(alarm, previous["value"], state, why)
    cloudwatch._evaluate_parent_alarms(alarm)
    current = {"value": state, "reason": why, "timestamp": stamp(now)}
    if facts:
        current["reasonData"] = alarm["StateReasonData"]
    detail = {
        "alarmName": name,
        "configuration": configuration(alarm),
        "previousState": previous,
        "state": current,
    }
    events.emit("aws.cloudwatch", "CloudWatch Alarm State Change", detail, [alarm["AlarmArn"]])


def reason(alarm: dict[str, Any], state: str, points: alarm_math.Datapoints) -> str:
    """Return the sentence that CloudWatch gives for a state."""
    count = len(points)
    if state == "INSUFFICIENT_DATA":
        return f"Insufficient Data: {count} datapoints were unknown."
    if all(value is None for value in points):
        missing = "Breaching" if state == "ALARM" else "NonBreaching"
        return (
            f"Threshold Crossed: no datapoints were received for {count} periods and "
            f"{count} missing datapoints were treated as [{missing}]."
        )
    breaching = alarm_math.COMPARISONS[alarm["ComparisonOperator"]]
    period, alarming = alarm_period(alarm), state == "ALARM"
    oldest = _begin(alarm, count)
    named = [
        f"{value} ({time.strftime('%d/%m/%y %H:%M:%S', time.gmtime(oldest + period * position))})"
        for position, value in reversed(list(enumerate(points)))
        if value is not None and breaching(value, alarm["Threshold"]) == alarming
    ]
    needed = alarm.get("DatapointsToAlarm") or count
    least = needed if alarming else count - needed + 1
    verb = ("was" if len(named) == 1 else "were") + ("" if alarming else " not")
    return (
        f"Threshold Crossed: {len(named)} out of the last {count} datapoints "
        f"[{', '.join(named)}] {verb} {COMPARED[alarm['ComparisonOperator']]} the threshold "
        f"({alarm['Threshold']}) (minimum {least} datapoint{'s' if least > 1 else ''} for "
        f"{alarm['StateValue']} -> {state} transition)."
    )


def data(alarm: dict[str, Any], points: alarm_math.Datapoints) -> dict[str, Any]:
    """Return the state's reason as data, in CloudWatch's form."""
    facts = {
        "version": "1.0",
        "queryDate": stamp(runtime.clock.now()),
        "startDate": stamp(_begin(alarm, len(points))),
        "period": alarm_period(alarm),
        "recentDatapoints": [value for value in points if value is not None],
        "threshold": alarm["Threshold"],
    }
    return facts if alarm.get("Metrics") else {**facts, "statistic": alarm["Statistic"]}


def _begin(alarm: dict[str, Any], count: int) -> float:
    """Return when the first of so many periods, which end with the last full minute, began."""
    return runtime.clock.now() // MINUTE * MINUTE - alarm_period(alarm) * count


def alarm_period(alarm: dict[str, Any]) -> int:
    """Return the length of one datapoint in seconds."""
    stats = [query["MetricStat"] for query in alarm.get("Metrics") or [] if "MetricStat" in query]
    return int(max(int(stat["Period"]) for stat in stats)) if stats else int(alarm["Period"])


def configuration(alarm: dict[str, Any]) -> dict[str, Any]:
    """Return the alarm's metrics in the lower-case form of its events."""
    queries = alarm.get("Metrics") or [
        {
            "Id": "m1",
            "MetricStat": {
                "Metric": {
                    name: alarm[name] for name in ("Namespace", "MetricName", "Dimensions")
                },
                "Period": alarm["Period"],
                "Stat": alarm.get("ExtendedStatistic") or alarm["Statistic"],
            },
        }
    ]
    described = {"metrics": [_query(query) for query in queries]}
    return (
        described | {"description": alarm["AlarmDescription"]}
        if alarm["AlarmDescription"]
        else described
    )


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


def stamp(seconds: float) -> str:
    """Write a time as the alarm events do: milliseconds, no colon in the offset."""
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds % 1 * 1000):03d}+0000"


def _every_minute() -> None:
    runtime.clock.call_at(runtime.clock.now() // MINUTE * MINUTE + MINUTE, _every_minute)
    metrics.measure_queues()
    for alarm in list(cloudwatch._alarms.values()):
        evaluate(alarm)


def install() -> None:
    """Evaluate at every minute, and only there; a put of data or of an alarm evaluates nothing."""
    cloudwatch._evaluate_alarm = lambda _alarm: None
    runtime.clock.call_at(runtime.clock.now() // MINUTE * MINUTE + MINUTE, _every_minute)
