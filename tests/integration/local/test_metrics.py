"""CloudWatch metrics of the local AWS: accepted times, and how long minutes are kept."""

from datetime import timedelta

import pytest

from tests.support.lambda_function import Function

pytestmark = pytest.mark.integration

NAMESPACE = "Metrics"
PROGRAM = """
import json
def lambda_handler(event, context):
    for name, time in event.items():
        directive = {"Namespace": "Metrics", "Dimensions": [[]], "Metrics": [{"Name": name}]}
        print(json.dumps({"_aws": {"Timestamp": time, "CloudWatchMetrics": [directive]}, name: 1}))
"""


def points(aws, name, around, period=60):
    """Return the sums of a metric within an hour of a time."""
    found = aws.client("cloudwatch").get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=name,
        StartTime=around.replace(minute=0, second=0),
        EndTime=around + timedelta(hours=1),
        Period=period,
        Statistics=["Sum"],
    )["Datapoints"]
    return [point["Sum"] for point in found]


def test_metric_that_is_too_old_or_too_new_is_dropped(aws):
    now = aws.now()
    times = {
        "Old": now - timedelta(days=13, hours=23),
        "TooOld": now - timedelta(days=14, minutes=1),
        "New": now + timedelta(minutes=119),
        "TooNew": now + timedelta(minutes=121),
    }
    Function(aws, "metrics", code=PROGRAM)(**{n: t.timestamp() * 1000 for n, t in times.items()})
    found = {name: points(aws, name, time) for name, time in times.items()}
    assert found == {"Old": [1], "TooOld": [], "New": [1], "TooNew": []}


def test_minutes_are_forgotten_before_longer_periods(aws):
    time = aws.now()
    Function(aws, "counted", code=PROGRAM)(Counted=time.timestamp() * 1000)
    assert points(aws, "Counted", time) == [1]
    aws.pass_minutes(15 * 24 * 60 + 120)
    assert points(aws, "Counted", time) == []
    assert points(aws, "Counted", time, period=300) == [1]
