"""CloudWatch alarms of the local AWS: M of N, missing data, metric math, event, history."""

import json

import pytest

from tests.integration.local.queues import Queue, rule

pytestmark = pytest.mark.integration

START = 1728518400  # 2024-10-10T00:00:00Z
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
    rule(aws, "alarms", {"Arn": queue.arn}, {"source": ["aws.cloudwatch"]}, bus="default")
    return queue


def iso(hour, minute=0):
    return f"2024-10-10T{hour:02}:{minute:02}:00Z"


def measure(aws, hour, stage="production", **values):
    aws.client("cloudwatch").put_metric_data(
        Namespace="Loop",
        MetricData=[
            {
                "MetricName": name,
                "Dimensions": [{"Name": "Stage", "Value": stage}],
                "Timestamp": START + 3600 * hour,
                "Value": value,
            }
            for name, value in values.items()
        ],
    )


def test_two_of_three_bad_hours_alarm_and_the_event_is_awss(aws, queue):
    topic = aws.client("sns").create_topic(Name="attention")["TopicArn"]
    letters = Queue(aws, "letters")
    aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=letters.arn)
    client = aws.client("cloudwatch")
    client.put_metric_alarm(
        AlarmName="production-loss",
        AlarmDescription="worse than agreed",
        Metrics=LOSS_ABOVE_THRESHOLD,
        ComparisonOperator="GreaterThanThreshold",
        Threshold=0,
        EvaluationPeriods=3,
        DatapointsToAlarm=2,
        TreatMissingData="missing",
        AlarmActions=[topic],
    )
    states = []
    for hour, loss in enumerate([0.1, 0.9, 0.1, 0.1, 0.8, 0.7, 0.1, 0.1], start=1):
        aws.advance(iso(hour))
        measure(aws, hour, loss=loss, threshold=0.5)
        measure(aws, hour, stage="staging", loss=9.0, threshold=0.5)
        aws.advance(iso(hour, 2))
        (alarm,) = client.describe_alarms(AlarmNames=["production-loss"])["MetricAlarms"]
        states.append(alarm["StateValue"])
    assert states == ["OK", "OK", "OK", "OK", "OK", "ALARM", "ALARM", "OK"]
    assert [query["Id"] for query in alarm["Metrics"]] == ["e1", "loss", "threshold"]
    assert alarm["AlarmActions"] == [topic]
    details = [body["detail"] for body in queue.bodies()]
    assert [detail["state"]["value"] for detail in details] == ["OK", "ALARM", "OK"]
    facts = json.loads(details[1]["state"]["reasonData"])
    assert facts["recentDatapoints"] == pytest.approx([-0.4, 0.3, 0.2])
    assert details[1]["previousState"]["value"] == "OK"
    assert details[1]["configuration"]["metrics"][0]["expression"] == "loss - threshold"
    assert details[1]["configuration"]["description"] == "worse than agreed"
    assert len(letters.read()) == 1
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
    now = client.describe_alarms(AlarmNames=[treatment])["MetricAlarms"][0][
        "StateUpdatedTimestamp"
    ]
    aws.advance(f"{now:%Y-%m-%dT}23:{now.minute + 3:02}:00Z")
    (alarm,) = client.describe_alarms(AlarmNames=[treatment])["MetricAlarms"]
    assert alarm["StateValue"] == state
    client.delete_alarms(AlarmNames=[treatment])


def test_a_state_that_is_set_by_hand_sends_its_event(aws, queue):
    queue.read()
    client = aws.client("cloudwatch")
    client.set_alarm_state(
        AlarmName="production-loss", StateValue="ALARM", StateReason="a rehearsal"
    )
    (body,) = queue.bodies()
    assert body["detail"]["state"]["reason"] == "a rehearsal"
