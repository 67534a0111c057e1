"""Alarms of silence: by zeros that a schedule publishes, while the loop is not paused."""

import pytest

pytestmark = pytest.mark.integration

ALARM, RULE = "evergreen-features-stale", "evergreen-zero-publisher-schedule"
NAMESPACE, METRIC = "Evergreen/evergreen", "RowsWritten"


@pytest.fixture
def rows(aws):
    """A loop whose last row was just written."""
    write_row(aws)
    aws.pass_minutes(2)
    assert state(aws) == "OK"


def write_row(aws):
    datum = {"MetricName": METRIC, "Value": 1, "Timestamp": aws.now()}
    aws.client("cloudwatch").put_metric_data(Namespace=NAMESPACE, MetricData=[datum])


def state(aws):
    (alarm,) = aws.client("cloudwatch").describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
    return alarm["StateValue"]


def test_alarm_is_raised_after_half_an_hour_without_rows(aws, rows):
    aws.pass_minutes(26)
    assert state(aws) == "OK"
    aws.pass_minutes(10)
    assert state(aws) == "ALARM"


def test_alarm_keeps_its_state_while_nothing_counts(aws, rows):
    events = aws.client("events")
    events.disable_rule(Name=RULE)
    write_row(aws)  # after the last zero, as the last rows of a loop that is paused
    try:
        aws.pass_minutes(120)
        assert state(aws) == "OK"
    finally:
        events.enable_rule(Name=RULE)
