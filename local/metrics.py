"""CloudWatch metrics that are not put by a call: EMF in log lines, the depth of queues."""

import json
import logging
import time
from typing import Any

from ministack.services import cloudwatch, sqs

from local import logs, shims

log = logging.getLogger(__name__)


def extract(group: str, stream: str, lines: list[str]) -> None:
    """Store the metrics of every log line in the Embedded Metric Format."""
    for line in lines:
        if '"_aws"' not in line:
            continue
        try:
            _store(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            log.warning("%s %s: an EMF line is malformed: %r", group, stream, error)


def _store(document: dict[str, Any]) -> None:
    meta = document["_aws"]
    for directive in meta["CloudWatchMetrics"]:
        for names in directive.get("Dimensions") or [[]]:
            dimensions = {name: str(document[name]) for name in names}
            for metric in directive["Metrics"]:
                values = document[metric["Name"]]
                cloudwatch._store_datum(
                    directive["Namespace"],
                    metric["Name"],
                    dimensions,
                    meta["Timestamp"] / 1000,
                    metric.get("Unit", "None"),
                    None,
                    values if isinstance(values, list) else [values],
                    None,
                    None,
                )


def measure_queues() -> None:
    """Store the depth of every queue that holds messages, as SQS does each minute."""
    for queue in list(sqs._queues.values()):
        now, name = time.time(), queue["name"]  # SQS keeps the machine's time
        visible = sum(message["visible_at"] <= now for message in queue["messages"])
        if visible:
            dimensions = {"QueueName": name}
            metric = "ApproximateNumberOfMessagesVisible"
            cloudwatch.record_metric("AWS/SQS", metric, visible, "Count", dimensions)


def points(
    namespace: str, name: str, dimensions: dict[str, str], start: float, end: float
) -> list[dict[str, Any]]:
    """Return the stored points of exactly this metric in [start, end), newest first.

    Points are stored about in order of time; one may be late by no more than SLACK_SECONDS.
    """
    found = []
    key = (namespace, name, cloudwatch._dims_key(dimensions))
    for point in reversed(cloudwatch._metrics.get(key) or []):
        if point["Timestamp"] < start - SLACK_SECONDS:
            break
        if start <= point["Timestamp"] < end:
            found.append(point)
    return found


SLACK_SECONDS = 7200.0


def install() -> None:
    """Let CloudWatch live in virtual time and every written log line be looked at."""
    shims.install(cloudwatch)
    logs.register_hook(extract)
