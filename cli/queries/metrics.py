"""Metrics of the poller."""

from collections import Counter
from datetime import timedelta

from cli.connection import Connection
from cli.time_range import TimeRange
from common.times import iso


def poller_metric(connection: Connection, name: str, time_range: TimeRange) -> Counter[str]:
    """Return the sums of a metric by minute (ISO)."""
    sums: Counter[str] = Counter()
    start = time_range.start
    while start < time_range.end:  # a response has at most 1,440 datapoints
        end = min(time_range.end, start + timedelta(days=1))
        response = connection.clients("cloudwatch").get_metric_statistics(
            Namespace=connection.outputs.metric_namespace,
            MetricName=name,
            StartTime=start,
            EndTime=end,
            Period=60,
            Statistics=["Sum"],
        )
        for point in response["Datapoints"]:
            sums[iso(point["Timestamp"].replace(second=0))] += int(point["Sum"])
        start = end
    return sums
