"""CloudWatch metrics: reading series, metrics from EMF log lines, the depth of queues."""

import json
import logging
import time
from collections.abc import Callable
from typing import Any

from local import cloudwatch_logs, ministack, runtime
from local.cloudwatch.alarm_state import Datapoints

log = logging.getLogger(__name__)

HOUR = 3600.0
DAY = 24 * HOUR
# A datapoint with another time is dropped: user guide, "Publish custom metrics".
OLDEST, NEWEST = -14 * DAY, 2 * HOUR
# Age up to which datapoints can be read by a period (seconds): API reference, GetMetricStatistics.
RETENTION = {60: 15 * DAY, 300: 63 * DAY, 3600: 455 * DAY}
# Datapoints are stored almost in order of time; this is the maximum delay.
MAX_DELAY_SECONDS = 7200.0


def extract_emf(group: str, stream: str, lines: list[str]) -> None:
    """Store the metrics of every log line in the Embedded Metric Format."""
    for line in lines:
        if '"_aws"' not in line:
            continue
        try:
            _store(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            log.warning("%s %s: malformed EMF line: %r", group, stream, error)


def _store(document: dict[str, Any]) -> None:
    metadata = document["_aws"]
    if not OLDEST <= metadata["Timestamp"] / 1000 - runtime.clock.now() <= NEWEST:
        names = [
            m["Name"] for directive in metadata["CloudWatchMetrics"] for m in directive["Metrics"]
        ]
        log.warning("metrics %s dropped: %s is too old or too new", names, metadata["Timestamp"])
        return
    for directive in metadata["CloudWatchMetrics"]:
        for names in directive.get("Dimensions") or [[]]:
            dimensions = {name: str(document[name]) for name in names}
            for metric in directive["Metrics"]:
                values = document[metric["Name"]]
                ministack.store_metric(
                    directive["Namespace"],
                    metric["Name"],
                    dimensions,
                    metadata["Timestamp"] / 1000,
                    metric.get("Unit", "None"),
                    None,
                    values if isinstance(values, list) else [values],
                    None,
                    None,
                )


def measure_queues() -> None:
    """Store the depth of every queue that holds messages, as SQS does each minute."""
    for queue in list(ministack.queues.values()):
        now = time.time()  # SQS uses the system time
        visible = sum(message["visible_at"] <= now for message in queue["messages"])
        if visible:
            dimensions = {"QueueName": queue["name"]}
            metric = "ApproximateNumberOfMessagesVisible"
            ministack.record_metric("AWS/SQS", metric, visible, "Count", dimensions)


def series(
    metric: dict[str, Any], statistic: str, period: int, count: int, end: float
) -> Datapoints:
    """Return a statistic of the `count` periods before `end` (epoch seconds), oldest first.

    `metric` has Namespace, MetricName and Dimensions as in the API; a period is in seconds.
    """
    start = end - period * count
    windows: list[list[dict[str, Any]]] = [[] for _ in range(count)]
    for point in _points(metric, start, end):
        windows[int((point["Timestamp"] - start) // period)].append(point)
    return [_statistic(window, statistic) for window in windows]


def _points(metric: dict[str, Any], start: float, end: float) -> list[dict[str, Any]]:
    """Return the stored datapoints of exactly this metric in [start, end), newest first."""
    dimensions = {entry["Name"]: entry["Value"] for entry in metric.get("Dimensions") or []}
    key = (metric["Namespace"], metric["MetricName"], ministack.dimensions_key(dimensions))
    found = []
    for point in reversed(ministack.metrics.get(key) or []):
        if point["Timestamp"] < start - MAX_DELAY_SECONDS:
            break
        if start <= point["Timestamp"] < end:
            found.append(point)
    return found


def _statistic(points: list[dict[str, Any]], statistic: str) -> float | None:
    if not points:
        return None
    calculated = ministack.calculate_statistics(points)
    value = ministack.select_statistic(calculated, statistic, points)
    return None if value is None else float(value)


def get_metric_statistics(original: Callable[..., Any]) -> Callable[..., Any]:
    """Make GetMetricStatistics forget short periods first, as CloudWatch does."""

    def wrapper(
        params: dict[str, Any], data: dict[str, Any], is_cbor: bool, is_json: bool = False
    ) -> Any:
        request = data if is_cbor or is_json else params
        period = int(ministack.query_parameter(request, "Period"))
        kept = max(age for shortest, age in RETENTION.items() if shortest <= max(period, 60))
        start = ministack.parse_timestamp(ministack.query_parameter(request, "StartTime"))
        request = {**request, "StartTime": max(start, runtime.clock.now() - kept)}
        given = (params, request) if is_cbor or is_json else (request, data)
        return original(*given, is_cbor, is_json)

    return wrapper


def evict_daily(original: Callable[[], None]) -> Callable[[], None]:
    """Look for expired datapoints once a day; MiniStack reads all of them in each request."""
    last = -DAY

    def wrapper() -> None:
        nonlocal last
        now = runtime.clock.now()
        if now - last >= DAY:
            last = now
            original()

    return wrapper


def install() -> None:
    """Extract metrics from every log line that is written, and limit what can be read."""
    cloudwatch_logs.subscribe(extract_emf)
    ministack.metric_retention.replace(max(RETENTION.values()))
    ministack.evict_metrics.wrap(evict_daily)
    ministack.get_metric_statistics.wrap(get_metric_statistics)
