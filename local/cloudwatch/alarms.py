"""CloudWatch alarms: evaluated every minute; a transition sends the event and runs the actions."""

import json
import logging
from collections.abc import Callable
from typing import Any

from local import ministack, runtime
from local.cloudwatch import alarm_events, alarm_state, metric_store
from local.cloudwatch.alarm_state import Datapoints
from local.events import event_bus
from local.iam import deliveries
from local.iam.policies import AccessDeniedError

log = logging.getLogger(__name__)

MINUTE = 60.0
after_evaluation: list[Callable[[], None]] = []  # what acts on the states, each minute


def evaluate(alarm: dict[str, Any]) -> None:
    """Update the state of an alarm from its metrics."""
    now = runtime.clock.now()
    try:
        points = datapoints(alarm, now)
        state = alarm_state.state(alarm, points)
    except alarm_state.UnsupportedMathError as error:
        log.warning("alarm %s is not evaluated: %s", alarm["AlarmName"], error)
        return
    if state != alarm["StateValue"]:
        reason = alarm_events.reason(alarm, state, points, now)
        transition(alarm, state, reason, alarm_events.reason_data(alarm, points, now))


def datapoints(alarm: dict[str, Any], now: float) -> Datapoints:
    """Return the values of the alarm's evaluation range, which ends with the last full minute.

    Oldest first, None where there is no data; raises UnsupportedMathError.
    """
    count, end = alarm_state.evaluation_range(alarm), now // MINUTE * MINUTE
    if not alarm.get("Metrics"):
        statistic = alarm.get("ExtendedStatistic") or alarm["Statistic"]
        return metric_store.series(alarm, statistic, alarm["Period"], count, end)
    series: dict[str, Datapoints] = {}
    for query in alarm["Metrics"]:
        if stat := query.get("MetricStat"):
            period = int(stat["Period"])
            series[query["Id"]] = metric_store.series(
                stat["Metric"], stat["Stat"], period, count, end
            )
    returned = next(query for query in alarm["Metrics"] if query.get("ReturnData", True))
    if returned["Id"] in series:
        return series[returned["Id"]]
    return [
        alarm_state.calculate(
            returned["Expression"], {name: values[i] for name, values in series.items()}
        )
        for i in range(count)
    ]


def _permitted(alarm: dict[str, Any]) -> dict[str, Any]:
    """Return the alarm with those actions that the policies of topics and keys allow."""
    return alarm | {
        field: [topic for topic in alarm.get(field) or [] if _may_publish(alarm, topic)]
        for field in ("AlarmActions", "OKActions", "InsufficientDataActions")
    }


def _may_publish(alarm: dict[str, Any], topic: str) -> bool:
    if ":sns:" not in topic or ministack.find_topic(topic) is None:
        return True  # it is not published either
    try:
        deliveries.to_topic("cloudwatch", topic, alarm["AlarmArn"])
    except AccessDeniedError as denied:
        log.warning("alarm %s: %s", alarm["AlarmName"], denied)
        return False
    return True


def transition(
    alarm: dict[str, Any], state: str, reason: str, reason_data: dict[str, Any] | None
) -> None:
    """Change the state, record the history, run the actions and send the event."""
    previous = alarm_events.state_of(alarm)
    now = runtime.clock.now()
    alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=now)
    alarm.update(
        StateTransitionedTimestamp=now, StateReasonData=reason_data and json.dumps(reason_data)
    )
    name = alarm["AlarmName"]
    ministack.record_alarm_history(name, previous["value"], state, reason, reason_data=reason_data)
    ministack.run_alarm_actions(_permitted(alarm), previous["value"], state, reason)
    ministack.evaluate_composite_alarms(alarm)
    detail = {
        "alarmName": name,
        "configuration": alarm_events.configuration(alarm),
        "previousState": previous,
        "state": alarm_events.state_of(alarm),
    }
    resources = [alarm["AlarmArn"]]
    event_bus.emit("aws.cloudwatch", "CloudWatch Alarm State Change", detail, resources)


def _schedule() -> None:
    runtime.clock.call_at(runtime.clock.now() // MINUTE * MINUTE + MINUTE, _evaluate_all)


def _evaluate_all() -> None:
    _schedule()
    metric_store.measure_queues()
    for alarm in list(ministack.alarms.values()):
        evaluate(alarm)
    for act in after_evaluation:
        act()


def install() -> None:
    """Evaluate alarms every minute only, not after every PutMetricData as MiniStack does."""
    ministack.evaluate_alarm.replace(lambda _alarm: None)
    _schedule()
