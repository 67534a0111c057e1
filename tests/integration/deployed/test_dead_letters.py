"""What cannot be processed waits in a queue with its reason; the loop goes on."""

import gzip
import json

import pytest

pytestmark = pytest.mark.integration

MINUTE = "2024-10-09T00:00:00Z"


def archive(aws, outputs, name, body):
    """Put an object where Firehose would; what follows from it happens with the clock."""
    key = f"raw/2024/10/09/00/{name}.gz"
    aws.client("s3").put_object(Bucket=outputs["bucket_name"], Key=key, Body=body)
    return key


def event(fee):
    transaction = {"hash": f"{fee:064x}", "time": 1728432000, "fee": fee}
    return json.dumps(
        {"time": "2024-10-09T00:00:00Z", "detail": {"transactions": [transaction]}}
    ).encode()


def row(aws):
    store = aws.client("sagemaker-featurestore-runtime")
    answer = store.get_record(
        FeatureGroupName="evergreen-minutes", RecordIdentifierValueAsString=MINUTE
    )
    return {one["FeatureName"]: one["ValueAsString"] for one in answer.get("Record", [])}


def test_i10_what_a_function_cannot_process_lands_in_its_queue_and_the_loop_goes_on(aws, outputs):
    broken = archive(aws, outputs, "broken", b"this is not gzip")
    aws.pass_minutes(10)  # two retries, after one and two minutes
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName="evergreen-window-aggregator-dead-letters")["QueueUrl"]
    found = sqs.receive_message(  # seen only: it goes on to wait there
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=0
    )
    keys = {json.loads(one["Body"])["detail"]["object"]["key"]: one for one in found["Messages"]}
    letter = keys[broken]
    assert "not gzip" in letter["MessageAttributes"]["ErrorMessage"]["StringValue"]

    archive(aws, outputs, "good", gzip.compress(event(5) + b"\n" + event(7)))
    aws.settle()
    assert row(aws)["total_nb_trx_1min"] == "2"
    assert row(aws)["total_fee_1min"] == "12"


def test_a_dead_letter_rings_an_alarm(aws, outputs):
    name = "evergreen-window-aggregator-dead-letters"

    def state():
        alarms = aws.client("cloudwatch").describe_alarms(AlarmNames=[name])
        return alarms["MetricAlarms"][0]["StateValue"]

    aws.pass_minutes(10)
    assert state() == "ALARM"
