"""EventBridge, schedules, Firehose and S3 events of the local AWS, seen from outside."""

import gzip
import json

import pytest

from tests.integration.local.queues import BUS, Queue, rule

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def queue(aws):
    """A queue, a function to read it empty, and the bus."""
    aws.client("events").create_event_bus(Name=BUS)
    return Queue(aws, "events")


def put(aws, time="2024-10-10T00:00:00Z", kind="Seen", bus=BUS, **detail):
    entry = {"Source": "test", "DetailType": kind, "Detail": json.dumps(detail), "Time": time}
    answer = aws.client("events").put_events(Entries=[{**entry, "EventBusName": bus}])
    assert answer["FailedEntryCount"] == 0, answer
    return answer["Entries"][0]["EventId"]


def test_a_matching_event_arrives_in_awss_envelope_with_its_own_time(aws, queue):
    rule(aws, "envelope", {"Arn": queue.arn}, {"detail-type": ["Seen"]})
    event_id = put(aws, time="2024-10-10T00:00:30Z", n=1)
    put(aws, kind="Other")
    assert queue.bodies() == [
        {
            "version": "0",
            "id": event_id,
            "detail-type": "Seen",
            "source": "test",
            "account": "123456789012",
            "time": "2024-10-10T00:00:30Z",
            "region": "eu-west-1",
            "resources": [],
            "detail": {"n": 1},
        }
    ]


@pytest.mark.parametrize(
    ("target", "received"),
    [
        ({"InputPath": "$.detail.n"}, 7),
        ({"Input": '{"constant": true}'}, {"constant": True}),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"n": "$.detail.n"},
                    "InputTemplate": '{"value": <n>, "at": <aws.events.event.json>}',
                }
            },
            None,
        ),
    ],
    ids=["path", "constant", "transformer"],
)
def test_a_target_can_shape_its_input(aws, queue, target, received):
    rule(aws, "shape", {"Arn": queue.arn, **target}, {"detail-type": ["Shape"]})
    put(aws, kind="Shape", n=7)
    (body,) = queue.bodies()
    if received is None:
        assert body["value"] == 7
        assert body["at"]["detail"] == {"n": 7}
    else:
        assert body == received


def test_each_bad_entry_is_refused_alone(aws, queue):
    good = {"Source": "s", "DetailType": "d", "Detail": "{}", "EventBusName": BUS}
    answer = aws.client("events").put_events(
        Entries=[
            good,
            {**good, "Detail": "[1"},
            {**good, "Source": "aws.s3"},
            {**good, "Source": ""},
        ]
    )
    codes = [entry.get("ErrorCode") for entry in answer["Entries"]]
    assert answer["FailedEntryCount"] == 3
    assert codes == [None, "MalformedDetail", "NotAuthorizedForSourceException", "InvalidArgument"]


def test_more_than_256_kib_are_refused_whole(aws, queue):
    entry = {"Source": "s", "DetailType": "d", "Detail": json.dumps({"x": "y" * 140_000})}
    client = aws.client("events")
    with pytest.raises(client.exceptions.ClientError, match="over the limit"):
        client.put_events(Entries=[entry, entry])


def test_an_undeliverable_event_lands_in_the_dead_letter_queue_with_the_reason(aws, queue):
    missing = "arn:aws:lambda:eu-west-1:123456789012:function:missing"
    target = {"Arn": missing, "DeadLetterConfig": {"Arn": queue.arn}}
    rule(aws, "undeliverable", target, {"detail-type": ["Lost"]})
    put(aws, kind="Lost", n=2)
    (message,) = queue.read()
    assert json.loads(message["Body"])["detail"] == {"n": 2}
    facts = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert facts["ERROR_CODE"] == "NO_RESOURCE"
    assert "missing" in facts["ERROR_MESSAGE"]
    assert facts["RULE_ARN"].endswith("rule/loop/undeliverable")


def test_an_event_ahead_of_the_clock_moves_it_and_what_is_due_happens_before(aws, queue):
    rule(aws, "hourly", {"Arn": queue.arn}, bus="default", ScheduleExpression="cron(0 * * * ? *)")
    rule(aws, "later", {"Arn": queue.arn}, {"detail-type": ["Later"]})
    put(aws, time="2024-10-10T02:30:00Z", kind="Later")
    bodies = queue.bodies()
    aws.client("events").disable_rule(Name="hourly")
    assert [(body["detail-type"], body["time"]) for body in bodies] == [
        ("Scheduled Event", "2024-10-10T01:00:00Z"),
        ("Scheduled Event", "2024-10-10T02:00:00Z"),
        ("Later", "2024-10-10T02:30:00Z"),
    ]
    put(aws, time="2024-10-10T03:30:00Z", kind="Nothing")
    assert queue.bodies() == []


@pytest.mark.parametrize("bus", [BUS, "default"])
@pytest.mark.parametrize("operation", ["disable_rule", "enable_rule"])
def test_rule_that_does_not_exist_cannot_be_switched(aws, queue, operation, bus):
    client = aws.client("events")
    rule(aws, "exists", {"Arn": queue.arn}, {"detail-type": ["Never"]}, bus=bus)
    getattr(client, operation)(Name="exists", EventBusName=bus)
    with pytest.raises(client.exceptions.ResourceNotFoundException) as refused:
        getattr(client, operation)(Name="missing", EventBusName=bus)
    assert f"Rule missing does not exist on EventBus {bus}." in str(refused.value)


def test_firehose_buffers_for_its_interval_then_s3_tells_eventbridge(aws, queue):
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="raw", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_notification_configuration(
        Bucket="raw", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    arn = aws.client("firehose").create_delivery_stream(
        DeliveryStreamName="raw",
        ExtendedS3DestinationConfiguration={
            "RoleARN": "arn:aws:iam::123456789012:role/any",
            "BucketARN": "arn:aws:s3:::raw",
            "Prefix": "raw/!{timestamp:yyyy/MM/dd/HH}/",
            "ErrorOutputPrefix": "errors/",
            "BufferingHints": {"IntervalInSeconds": 60, "SizeInMBs": 5},
            "CompressionFormat": "GZIP",
            "ProcessingConfiguration": {
                "Enabled": True,
                "Processors": [
                    {
                        "Type": "AppendDelimiterToRecord",
                        "Parameters": [{"ParameterName": "Delimiter", "ParameterValue": "\\n"}],
                    }
                ],
            },
        },
    )["DeliveryStreamARN"]
    rule(aws, "archive", {"Arn": arn}, {"detail-type": ["Kept"]})
    rule(aws, "objects", {"Arn": queue.arn}, {"source": ["aws.s3"]}, bus="default")
    for n in range(3):
        put(aws, time=f"2024-10-10T04:00:{20 * n:02}Z", kind="Kept", n=n)
    assert "Contents" not in s3.list_objects_v2(Bucket="raw")
    aws.advance("2024-10-10T04:01:00Z")
    (event,) = queue.bodies()
    key = event["detail"]["object"]["key"]
    assert event["detail-type"] == "Object Created"
    assert key.startswith("raw/2024/10/10/04/raw-1-2024-10-10-04-00-00-")
    assert key.endswith(".gz")
    lines = gzip.decompress(s3.get_object(Bucket="raw", Key=key)["Body"].read()).splitlines()
    assert [json.loads(line)["detail"]["n"] for line in lines] == [0, 1, 2]
