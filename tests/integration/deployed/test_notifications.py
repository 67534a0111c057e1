"""What an operator receives by mail, from events and alarms of the deployed loop."""

import json
import urllib.error
import urllib.request
from datetime import timedelta

import pytest

from common import batch_files
from common.times import iso
from tests.support.mailbox import mailbox, page_url

pytestmark = pytest.mark.integration

ALERTS = "arn:aws:sns:eu-west-1:123456789012:evergreen-alerts"
PACKAGE = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/evergreen-models/1"
QUEUE = "evergreen-notifier-dead-letters"


@pytest.fixture
def mails(aws, outputs):
    with mailbox(aws, "mails") as mails:
        yield mails


@pytest.fixture
def alarm(aws):
    """Set the state of an alarm that starts nothing; it ends in OK."""
    client = aws.client("cloudwatch")

    def set_state(state):
        aws.advance(aws.now() + timedelta(seconds=1))  # two changes at one time are one
        client.set_alarm_state(
            AlarmName="evergreen-features-stale", StateValue=state, StateReason="a test"
        )
        aws.settle()

    set_state("OK")
    yield set_state
    set_state("OK")


def about(mails, text):
    """Return the mails whose subject has a text: other alarms may change with the clock."""
    return [(subject, lines) for subject, lines in mails() if text in subject]


def decide(aws, kind, **detail):
    entry = {"Source": "evergreen.loop", "DetailType": kind, "EventBusName": "evergreen"}
    event = {**entry, "Detail": json.dumps({"version": "1", **detail})}
    assert aws.client("events").put_events(Entries=[event])["FailedEntryCount"] == 0


def test_decision_becomes_one_mail_with_the_command(aws, mails):
    detail = {"stage": "production", "package_version": 7, "package_arn": "models/7"}
    decide(aws, "Approval Requested", **detail)
    [(subject, lines)] = about(mails, "model 7")
    assert subject == "[evergreen] Approve model 7 for production?"
    assert lines[0].endswith(" UTC. Do: evergreen approve 7 --stage production")
    assert not any("https://" in line for line in lines)  # nothing is pending


def test_alarm_becomes_a_mail_with_meaning_and_first_step_and_so_does_its_end(aws, mails, alarm):
    alarm("ALARM")
    # The alarm may have been in ALARM before, and be OK because of the test.
    [(subject, lines)] = about(mails, "ALARM: features-stale")
    assert subject == "[evergreen] ALARM: features-stale"
    assert "Do: If poller-stalled is in ALARM too, start there." in lines[0]
    assert "Runbook: docs/runbook.md#features-stale" in lines
    alarm("OK")
    [(subject, _)] = about(mails, "OK again: features-stale")
    assert subject == "[evergreen] OK again: features-stale"


def test_redelivered_alert_sends_no_second_mail(aws, mails):
    event = {
        "detail-type": "Training Failed",
        "time": "2024-10-10T11:58:00Z",
        "detail": {"execution_arn": "arn", "reason": "a test", "next": "nothing"},
    }
    for identity in ("1", "2"):
        message = json.dumps(event | {"id": identity})
        aws.client("sns").publish(TopicArn=ALERTS, Message=message)
        aws.settle()
    assert len(about(mails, "A training has failed")) == 1


def test_batch_run_that_fails_is_mailed_once_with_its_file_the_reason_and_the_command(
    aws, outputs, mails
):
    run = batch_files.run_id("a test")
    key = batch_files.request_key(run)
    request = {"run_id": run, "files": [{"key": f"{batch_files.INPUT}a/missing.jsonl"}]}
    body = json.dumps(request).encode()
    aws.client("s3").put_object(Bucket=outputs["bucket_name"], Key=key, Body=body)
    values = {"ModelPackageArn": PACKAGE, "RequestKey": key, "StartTime": "2024-10-10T12:00:00Z"}
    arn = aws.client("sagemaker").start_pipeline_execution(
        PipelineName="evergreen-batch",
        PipelineParameters=[{"Name": n, "Value": v} for n, v in values.items()],
    )["PipelineExecutionArn"]
    aws.settle()
    [(subject, lines)] = about(mails, "Batch scoring")
    assert subject == "[evergreen] Batch scoring failed: a/missing.jsonl"
    assert lines[0].endswith("removed: evergreen batch run a/missing.jsonl")
    key = f"{batch_files.INPUT}a/missing.jsonl"
    assert f"Reason: PrepareBatch: {key}: the file was deleted before the run read it." in lines
    assert f"Run: {arn}" in lines
    invoke_again(aws, "evergreen-batch-starter", arn)
    assert about(mails, "Batch scoring") == []


def invoke_again(aws, function, arn):
    """Deliver the event of a failed execution again, with another id, as EventBridge may."""
    described = aws.client("sagemaker").describe_pipeline_execution(PipelineExecutionArn=arn)
    event = {
        "id": "another",
        "source": "aws.sagemaker",
        "time": iso(described["LastModifiedTime"]),
        "detail": {
            "pipelineArn": described["PipelineArn"],
            "pipelineExecutionArn": arn,
            "currentPipelineExecutionStatus": "Failed",
        },
    }
    response = aws.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    assert "FunctionError" not in response
    aws.settle()


def test_batch_run_is_mailed_only_if_files_have_no_predictions(aws, mails):
    for count, names in ((0, []), (1, ["bad.csv"])):
        decide(
            aws, "Batch Scored", execution_arn="a", files_all_rejected=count, all_rejected=names
        )
    [(subject, _)] = about(mails, "predictions")
    assert subject == "[evergreen] No predictions, all lines rejected: bad.csv"


def test_alert_that_cannot_be_mailed_is_a_dead_letter(aws, mails):
    event = {"detail-type": "Training Failed", "time": "2024-10-10T11:58:00Z", "detail": {}}
    aws.client("sns").publish(TopicArn=ALERTS, Message=json.dumps(event))
    aws.pass_minutes(10)
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    [letter] = sqs.receive_message(QueueUrl=url)["Messages"]
    assert "Training Failed" in letter["Body"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"])
    assert about(mails, "raining") == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_page_refuses_what_is_no_link(aws, outputs, method):
    body = b"token=x&decision=approve" if method == "POST" else None
    url = page_url(aws) + ("" if body else "?token=x")
    request = urllib.request.Request(url, body, method=method)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=60)
    with caught.value as refused:
        assert refused.code == 410
        assert "default-src 'none'" in refused.headers["Content-Security-Policy"]
        assert "This link decides nothing" in refused.read().decode()


def test_api_gateway_refuses_a_page_without_a_link(aws, outputs):
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(page_url(aws), timeout=60)
    with caught.value as refused:
        assert refused.code == 400


def test_budget_watches_this_deployment(aws, outputs):
    account = {"AccountId": "123456789012", "BudgetName": "evergreen"}
    budget = aws.client("budgets").describe_budget(**account)["Budget"]
    assert float(budget["BudgetLimit"]["Amount"]) == 100
    assert budget["CostFilters"] == {"TagKeyValue": ["user:Deployment$evergreen"]}
