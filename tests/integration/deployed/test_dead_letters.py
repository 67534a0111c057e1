"""Unprocessable events go to a dead-letter queue with the reason; the loop continues."""

import gzip
import json
from datetime import timedelta

import pytest

from common.times import iso
from tests.support.deployed_loop import archive, rows

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
