"""Unprocessable events go to a dead-letter queue with the reason; the loop continues."""

import gzip
import json
from datetime import timedelta

import pytest

from common.times import iso
from tests.support.deployed_loop import archive, evergreen, rows

pytestmark = pytest.mark.integration

QUEUE = "evergreen-window-aggregator-dead-letters"


def event(time, fee):
    transaction = {"hash": f"{fee:064x}", "time": int(time.timestamp()), "fee": fee}
    return json.dumps({"time": iso(time), "detail": {"transactions": [transaction]}}).encode()


@pytest.fixture(scope="module")
def unreadable(aws, outputs):
    """Key of an object that the aggregator cannot read; all retries have failed."""
    # Long before the hours of the other tests: their backfills would read it.
    time = aws.now() - timedelta(days=30)
    key = archive(aws, outputs, time, "unreadable", b"this is not gzip")
    aws.pass_minutes(10)  # two retries, after one and two minutes
    return key


def test_i10_unprocessable_event_is_in_the_queue_with_its_reason(aws, unreadable):
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    found = sqs.receive_message(  # without hiding the messages
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=0
    )
    messages = {
        json.loads(message["Body"])["detail"]["object"]["key"]: message
        for message in found["Messages"]
    }
    attributes = messages[unreadable]["MessageAttributes"]
    assert "not gzip" in attributes["ErrorMessage"]["StringValue"]


def test_loop_continues_after_an_unprocessable_event(aws, outputs, unreadable):
    hour = aws.next_hour()
    body = gzip.compress(event(hour, 5) + b"\n" + event(hour, 7))
    archive(aws, outputs, hour, "good", body)
    aws.settle()
    (row,) = rows(aws, [int(hour.timestamp()) // 60]).values()
    assert (row["total_nb_trx_1min"], row["total_fee_1min"]) == ("2", "12")


def test_dead_letter_raises_an_alarm(aws, unreadable):
    aws.pass_minutes(10)
    (alarm,) = aws.client("cloudwatch").describe_alarms(AlarmNames=[QUEUE])["MetricAlarms"]
    assert alarm["StateValue"] == "ALARM"


def listed(aws, *options):
    code, document = evergreen(aws, "dead-letters", "list", *options)
    assert code == 0
    return document["messages"]


def test_repaired_event_is_redriven_and_deleted(aws, outputs):
    hour = aws.next_hour()
    key = archive(aws, outputs, hour, "truncated", b"this is not gzip")
    aws.pass_minutes(10)
    (message,) = [m for m in listed(aws, "--queue", QUEUE) if is_of(m, key)]
    assert (message["stage"], message["what"][:15]) == ("2", "Object Created ")
    assert "not gzip" in message["reason"]
    assert 0 < message["age_seconds"] <= 600
    identity = message["message_id"]
    code, document = evergreen(aws, "dead-letters", "redrive", "--id", identity)
    assert code == 1
    assert "not gzip" in document["failed"][0]["failure"]
    aws.client("s3").put_object(
        Bucket=outputs["bucket_name"], Key=key, Body=gzip.compress(event(hour, 5))
    )
    code, document = evergreen(aws, "dead-letters", "redrive", "--id", identity)
    assert (code, document["redriven"]) == (0, 1)
    assert [m for m in listed(aws, "--queue", QUEUE) if is_of(m, key)] == []
    aws.settle()
    (row,) = rows(aws, [int(hour.timestamp()) // 60]).values()
    assert row["total_fee_1min"] == "5"


def is_of(message, key):
    return message["body"]["detail"].get("object", {}).get("key") == key


@pytest.mark.parametrize(
    ("rule", "detail_type"),
    [
        ("transactions", "Transactions Received"),
        ("decisions", "Retraining Skipped"),
        ("attention", "Training Failed"),
    ],
    ids=["archive", "decision log", "notification"],
)
def test_undelivered_event_is_sent_to_its_target(aws, outputs, rule, detail_type):
    """A message as EventBridge writes it, for every kind of target that is no function."""
    events, sqs = aws.client("events"), aws.client("sqs")
    names = {"Rule": f"evergreen-{rule}", "EventBusName": outputs["bus_name"]}
    (target,) = events.list_targets_by_rule(**names)["Targets"]
    arn = events.describe_rule(Name=names["Rule"], EventBusName=outputs["bus_name"])["Arn"]
    hour = aws.next_hour()
    message = {
        "id": f"undelivered {rule}",
        "source": "evergreen.loop",
        "detail-type": detail_type,
        "time": iso(hour),
        "detail": {"reason": "test", "transactions": []},
    }
    attributes = {"RULE_ARN": arn, "TARGET_ARN": target["Arn"], "ERROR_CODE": "THROTTLED"}
    url = sqs.get_queue_url(QueueName="evergreen-undelivered")["QueueUrl"]
    sqs.send_message(
        QueueUrl=url,
        MessageBody=json.dumps(message),
        MessageAttributes={
            name: {"DataType": "String", "StringValue": value}
            for name, value in attributes.items()
        },
    )
    code, document = evergreen(aws, "dead-letters", "redrive", "--queue", "evergreen-undelivered")
    assert (code, document["redriven"], document["failed"]) == (0, 1, [])
    aws.pass_minutes(5)
    if rule == "decisions":
        log = aws.client("logs").get_log_events(
            logGroupName="/evergreen/decisions", logStreamName="redriven"
        )["events"]
        assert message["id"] in {json.loads(entry["message"])["id"] for entry in log}
    if rule == "transactions":
        prefix = f"raw/{hour:%Y/%m/%d}/"
        listing = aws.client("s3").list_objects_v2(Bucket=outputs["bucket_name"], Prefix=prefix)
        bodies = [
            gzip.decompress(
                aws.client("s3")
                .get_object(Bucket=outputs["bucket_name"], Key=entry["Key"])["Body"]
                .read()
            )
            for entry in listing["Contents"]
            if "truncated" not in entry["Key"]
        ]
        assert any(message["id"].encode() in body for body in bodies)


def test_discarded_message_is_gone(aws, outputs):
    time = aws.now() - timedelta(days=31)
    key = archive(aws, outputs, time, "discarded", b"this is not gzip")
    aws.pass_minutes(10)
    (message,) = [m for m in listed(aws, "--queue", QUEUE) if is_of(m, key)]
    identity = message["message_id"]
    assert evergreen(aws, "dead-letters", "discard", "--id", identity)[0] == 2
    code, document = evergreen(aws, "dead-letters", "discard", "--yes", "--id", identity)
    assert (code, document["discarded"]) == (0, 1)
    assert [m for m in listed(aws, "--queue", QUEUE) if is_of(m, key)] == []
