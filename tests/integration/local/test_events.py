"""EventBridge, schedules, Firehose and S3 events of the local AWS, seen from outside."""

import gzip
import json
from datetime import timedelta

import pytest

from tests.support.event_queue import BUS, Queue, add_rule
from tests.support.local_aws import iso
from tests.support.permissions import ROLE

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def module_queue(aws):
    aws.client("events").create_event_bus(Name=BUS)
    return Queue(aws, "events")


@pytest.fixture
def queue(module_queue):
    """Return an empty queue; the bus exists, too."""
    module_queue.read()
    return module_queue


def put(aws, time="2024-10-10T00:00:00Z", kind="Seen", bus=BUS, **detail):
    entry = {"Source": "test", "DetailType": kind, "Detail": json.dumps(detail), "Time": time}
    response = aws.client("events").put_events(Entries=[{**entry, "EventBusName": bus}])
    assert response["FailedEntryCount"] == 0, response
    return response["Entries"][0]["EventId"]


def test_matching_event_has_the_format_of_aws_and_its_own_time(aws, queue):
    add_rule(aws, "envelope", {"Arn": queue.arn}, {"detail-type": ["Seen"]})
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
def test_target_can_transform_its_input(aws, queue, target, received):
    add_rule(aws, "shape", {"Arn": queue.arn, **target}, {"detail-type": ["Shape"]})
    put(aws, kind="Shape", n=7)
    (body,) = queue.bodies()
    if received is None:
        assert body["value"] == 7
        assert body["at"]["detail"] == {"n": 7}
    else:
        assert body == received


def test_each_invalid_entry_fails_on_its_own(aws, queue):
    good = {"Source": "s", "DetailType": "d", "Detail": "{}", "EventBusName": BUS}
    response = aws.client("events").put_events(
        Entries=[
            good,
            {**good, "Detail": "[1"},
            {**good, "Source": "aws.s3"},
            {**good, "Source": ""},
        ]
    )
    codes = [entry.get("ErrorCode") for entry in response["Entries"]]
    assert response["FailedEntryCount"] == 3
    assert codes == [None, "MalformedDetail", "NotAuthorizedForSourceException", "InvalidArgument"]


def test_request_over_256_kib_is_rejected(aws, queue):
    entry = {"Source": "s", "DetailType": "d", "Detail": json.dumps({"x": "y" * 140_000})}
    client = aws.client("events")
    with pytest.raises(client.exceptions.ClientError, match="over the limit"):
        client.put_events(Entries=[entry, entry])


def test_undeliverable_event_is_sent_to_the_dead_letter_queue_with_the_reason(aws, queue):
    missing = "arn:aws:lambda:eu-west-1:123456789012:function:missing"
    target = {"Arn": missing, "DeadLetterConfig": {"Arn": queue.arn}}
    add_rule(aws, "undeliverable", target, {"detail-type": ["Lost"]})
    put(aws, kind="Lost", n=2)
    (message,) = queue.read()
    assert json.loads(message["Body"])["detail"] == {"n": 2}
    attributes = {name: a["StringValue"] for name, a in message["MessageAttributes"].items()}
    assert attributes["ERROR_CODE"] == "NO_RESOURCE"
    assert "missing" in attributes["ERROR_MESSAGE"]
    assert attributes["RULE_ARN"].endswith("rule/loop/undeliverable")


def test_event_ahead_of_the_clock_moves_it_and_due_schedules_fire_first(aws, queue):
    start = aws.next_hour()
    add_rule(
        aws, "hourly", {"Arn": queue.arn}, bus="default", ScheduleExpression="cron(0 * * * ? *)"
    )
    add_rule(aws, "later", {"Arn": queue.arn}, {"detail-type": ["Later"]})
    put(aws, time=iso(start + timedelta(minutes=150)), kind="Later")
    bodies = queue.bodies()
    aws.client("events").disable_rule(Name="hourly")
    assert [(body["detail-type"], body["time"]) for body in bodies] == [
        ("Scheduled Event", iso(start + timedelta(hours=1))),
        ("Scheduled Event", iso(start + timedelta(hours=2))),
        ("Later", iso(start + timedelta(minutes=150))),
    ]
    put(aws, time=iso(start + timedelta(minutes=210)), kind="Nothing")
    assert queue.bodies() == []


@pytest.mark.parametrize("bus", [BUS, "default"])
@pytest.mark.parametrize("operation", ["disable_rule", "enable_rule"])
def test_rule_that_does_not_exist_cannot_be_enabled_or_disabled(aws, queue, operation, bus):
    client = aws.client("events")
    add_rule(aws, "exists", {"Arn": queue.arn}, {"detail-type": ["Never"]}, bus=bus)
    getattr(client, operation)(Name="exists", EventBusName=bus)
    with pytest.raises(client.exceptions.ResourceNotFoundException) as refused:
        getattr(client, operation)(Name="missing", EventBusName=bus)
    assert f"Rule missing does not exist on EventBus {bus}." in str(refused.value)


def test_event_of_s3_has_the_version_of_its_object(aws, queue):
    s3 = aws.client("s3")
    for bucket, status in (("versions", "Enabled"), ("none", None)):
        place = {"LocationConstraint": "eu-west-1"}
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        if status:
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": ["versions", "none"]}}}
    add_rule(aws, "versions", {"Arn": queue.arn}, pattern, bus="default")
    written = s3.put_object(Bucket="versions", Key="a", Body=b"1")["VersionId"]
    s3.put_object(Bucket="none", Key="b", Body=b"1")
    aws.settle()
    found = [event["detail"]["object"] for event in queue.bodies()]
    assert {row["key"]: row.get("version-id") for row in found} == {"a": written, "b": None}


def test_firehose_writes_after_its_interval_and_s3_notifies_eventbridge(aws, queue):
    start = aws.next_hour()
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="raw", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_notification_configuration(
        Bucket="raw", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    arn = aws.client("firehose").create_delivery_stream(
        DeliveryStreamName="raw",
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
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
    add_rule(aws, "archive", {"Arn": arn}, {"detail-type": ["Archived"]})
    add_rule(aws, "objects", {"Arn": queue.arn}, {"source": ["aws.s3"]}, bus="default")
    for n in range(3):
        put(aws, time=iso(start + timedelta(seconds=20 * n)), kind="Archived", n=n)
    assert "Contents" not in s3.list_objects_v2(Bucket="raw")
    aws.advance(start + timedelta(minutes=1))
    (event,) = queue.bodies()
    key = event["detail"]["object"]["key"]
    assert event["detail-type"] == "Object Created"
    assert key.startswith(f"raw/{start:%Y/%m/%d/%H}/raw-1-{start:%Y-%m-%d-%H-%M-%S}-")
    assert key.endswith(".gz")
    lines = gzip.decompress(s3.get_object(Bucket="raw", Key=key)["Body"].read()).splitlines()
    assert [json.loads(line)["detail"]["n"] for line in lines] == [0, 1, 2]
