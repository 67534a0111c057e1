"""CloudWatch alarms of the local AWS: M of N, missing data, metric math, event, history."""

import json
from datetime import timedelta

import pytest

from tests.support.event_queue import Queue, add_rule
from tests.support.permissions import allow_service

pytestmark = pytest.mark.integration

LOSS_ABOVE_THRESHOLD = [
    {"Id": "e1", "Expression": "loss - threshold", "ReturnData": True},
    *(
        {
            "Id": name,
            "ReturnData": False,
            "MetricStat": {
                "Metric": {
                    "Namespace": "Loop",
                    "MetricName": name,
                    "Dimensions": [{"Name": "Stage", "Value": "production"}],
                },
                "Period": 3600,
                "Stat": "Average",
            },
        }
        for name in ("loss", "threshold")
    ),
]


@pytest.fixture(scope="module")
def queue(aws):
    queue = Queue(aws, "alarms")
    add_rule(aws, "alarms", {"Arn": queue.arn}, {"source": ["aws.cloudwatch"]}, bus="default")
    return queue


def put_alarm(aws, name, **settings):
    defaults = {
        "Metrics": LOSS_ABOVE_THRESHOLD,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
    }
    aws.client("cloudwatch").put_metric_alarm(AlarmName=name, **defaults, **settings)


def put_metrics(aws, time, stage="production", **values):
    aws.client("cloudwatch").put_metric_data(
        Namespace="Loop",
        MetricData=[
            {
                "MetricName": name,
                "Dimensions": [{"Name": "Stage", "Value": stage}],
                "Timestamp": time,
                "Value": value,
            }
            for name, value in values.items()
        ],
    )


def details(queue, alarm):
    found = [body["detail"] for body in queue.bodies()]
    return [detail for detail in found if detail["alarmName"] == alarm]


def test_two_of_three_breaching_hours_alarm_and_the_event_has_the_format_of_aws(aws, queue):
    topic = "arn:aws:sns:eu-west-1:123456789012:attention"
    policy = allow_service("cloudwatch", "sns:Publish", topic)
    aws.client("sns").create_topic(Name="attention", Attributes={"Policy": policy})
    messages = Queue(aws, "messages")
    aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=messages.arn)
    client = aws.client("cloudwatch")
    hour = aws.next_hour()
    put_alarm(
        aws,
        "production-loss",
        AlarmDescription="loss above threshold",
        TreatMissingData="missing",
        AlarmActions=[topic],
    )
    states = []
    for loss in [0.1, 0.9, 0.1, 0.1, 0.8, 0.7, 0.1, 0.1]:
        hour += timedelta(hours=1)
        aws.advance(hour)
        put_metrics(aws, hour, loss=loss, threshold=0.5)
        put_metrics(aws, hour, stage="staging", loss=9.0, threshold=0.5)
        aws.advance(hour + timedelta(minutes=2))
        (alarm,) = client.describe_alarms(AlarmNames=["production-loss"])["MetricAlarms"]
        states.append(alarm["StateValue"])
    assert states == ["OK", "OK", "OK", "OK", "OK", "ALARM", "ALARM", "OK"]
    assert [query["Id"] for query in alarm["Metrics"]] == ["e1", "loss", "threshold"]
    assert alarm["AlarmActions"] == [topic]
    events = details(queue, "production-loss")
    assert [detail["state"]["value"] for detail in events] == ["OK", "ALARM", "OK"]
    data = json.loads(events[1]["state"]["reasonData"])
    assert data["recentDatapoints"] == pytest.approx([-0.4, 0.3, 0.2])
    assert events[1]["previousState"]["value"] == "OK"
    assert events[1]["configuration"]["metrics"][0]["expression"] == "loss - threshold"
    assert events[1]["configuration"]["description"] == "loss above threshold"
    assert len(messages.read()) == 1
    history = client.describe_alarm_history(AlarmName="production-loss")["AlarmHistoryItems"]
    assert len(history) == 3


@pytest.mark.parametrize(
    ("treatment", "state"),
    [
        ("missing", "INSUFFICIENT_DATA"),
        ("notBreaching", "OK"),
        ("breaching", "ALARM"),
        ("ignore", "INSUFFICIENT_DATA"),
    ],
)
def test_missing_data_is_treated_as_configured(aws, queue, treatment, state):
    client = aws.client("cloudwatch")
    client.put_metric_alarm(
        AlarmName=treatment,
        Namespace="Loop",
        MetricName="never",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=2,
        Threshold=1,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData=treatment,
    )
    aws.pass_minutes(3)
    (alarm,) = client.describe_alarms(AlarmNames=[treatment])["MetricAlarms"]
    assert alarm["StateValue"] == state
    client.delete_alarms(AlarmNames=[treatment])


def test_state_that_is_set_manually_sends_its_event(aws, queue):
    put_alarm(aws, "rehearsed")
    client = aws.client("cloudwatch")
    client.set_alarm_state(AlarmName="rehearsed", StateValue="ALARM", StateReason="a rehearsal")
    (detail,) = details(queue, "rehearsed")
    assert detail["state"]["reason"] == "a rehearsal"
