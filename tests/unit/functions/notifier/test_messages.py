"""Every message, read as a person does: subject, and the line that a phone shows."""

import json
from datetime import UTC, datetime

import pytest

from common import runbook
from notifier import messages
from notifier.alerts import Notification
from tests.support.terraform_source import TERRAFORM

SECTIONS = runbook.parse((TERRAFORM.parent / "docs/runbook.md").read_text())
RECEIVED = "2024-10-10T12:00:00.000Z"
PACKAGE = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/evergreen-models/4"
BUDGET = """AWS Budget Notification October 10, 2024
AWS Account 123456789012

Dear AWS Customer,

You requested that we alert you when the ACTUAL Cost associated with your evergreen budget is
greater than $80.00 for the current month.

Budget Name: evergreen
Budget Type: Cost
Budgeted Amount: $100.00
Alert Type: ACTUAL
Alert Threshold: > $80.00
ACTUAL Amount: $81.12
"""


def read(text, subject=None):
    """Return the subject and the lines of the mail about a text on the topic of alerts."""
    body = text if isinstance(text, str) else json.dumps(text)
    sns = {"Message": body, "Subject": subject, "Timestamp": RECEIVED}
    notification = Notification.model_validate(sns)
    message = messages.message(notification.alert(), notification.time, "evergreen", SECTIONS)
    return message and (message.subject("evergreen"), message.text().splitlines())


def alarm(name, state="ALARM", previous="OK", description="What: docs/runbook.md#stage-loss"):
    return {
        "AlarmName": f"evergreen-{name}",
        "AlarmDescription": description,
        "NewStateValue": state,
        "OldStateValue": previous,
        "NewStateReason": "Threshold Crossed: 1 datapoint [1.0]",
        "StateChangeTime": "2024-10-10T11:58:00.000+0000",
    }


def event(kind, **detail):
    return {
        "detail-type": kind,
        "time": "2024-10-10T11:58:00Z",
        "source": "evergreen.loop",
        "detail": {"version": "1", **detail},
    }


DEPLOYMENT = {"stage": "production", "package_arn": PACKAGE, "package_version": 4}
BATCH = {
    "execution_arn": "arn",
    "status": "Failed",
    "reason": "PrepareBatch: no such file",
    "files": 2,
    "file_names": ["a/1.csv", "a/2.csv"],
    "folder": "a/",
}
SINCE = "Since 2024-10-10 11:58 UTC. "
CASES = {
    "alarm": (
        alarm("production-loss"),
        "ALARM: production-loss",
        "Do: evergreen status and evergreen history: what was trained, and what was decided?",
    ),
    "alarm without section": (
        alarm("mine", description="Mine"),
        "ALARM: mine",
        "Do: evergreen status",
    ),
    "alarm that is over": (
        alarm("production-loss", "OK", "ALARM"),
        "OK again: production-loss",
        "The alarm is over; nothing has to be done.",
    ),
    "approval for production": (
        event("Approval Requested", **DEPLOYMENT),
        "Approve model 4 for production?",
        "Do: evergreen approve 4 --stage production",
    ),
    "approval for staging": (
        event("Approval Requested", **DEPLOYMENT | {"stage": "staging"}),
        "Approve model 4 for staging?",
        "Do: evergreen approve 4 --stage staging",
    ),
    "failed deployment": (
        event("Deployment Failed", **DEPLOYMENT, error="EndpointFailed", cause="no capacity"),
        "Model 4 was not deployed to production",
        "What served before still serves. Do: evergreen history",
    ),
    "rejected": (
        event("Deployment Failed", **DEPLOYMENT, error="ApprovalRejected", cause="worse"),
        "Model 4 was rejected",
        "Nothing has to be done.",
    ),
    "undecided": (
        event("Deployment Failed", **DEPLOYMENT, error="States.Timeout", cause=""),
        "Model 4 was not approved in time",
        "Do: evergreen history; approve its package in SageMaker again if it should serve.",
    ),
    "deployed": (
        event("Model Deployed", **DEPLOYMENT, approval={"by": "ann", "comment": "good"}),
        "Model 4 serves production",
        "If it becomes worse: evergreen rollback",
    ),
    "rolled back": (
        event("Model Deployed", **DEPLOYMENT, approval={"path": "automatic rollback"}),
        "Rolled back: Model 4 serves production again",
        "Nothing has to be done; evergreen history has the comparison.",
    ),
    "failed training": (
        event("Training Failed", execution_arn="arn", reason="no rows", next="retry 2 of 3"),
        "A training has failed",
        "Next: retry 2 of 3. Do: evergreen history",
    ),
    "failed batch run": (
        event("Batch Failed", **BATCH),
        "Batch scoring failed: a/1.csv and 1 more",
        "Do, when the cause below is removed: evergreen batch run a/",
    ),
    "failed batch run of files without a common folder": (
        event("Batch Failed", **BATCH | {"file_names": ["a/1.csv", "2.csv"], "folder": ""}),
        "Batch scoring failed: a/1.csv and 1 more",
        "Do, when the cause below is removed: evergreen batch run a/1.csv, and the same for each "
        "other file",
    ),
    "failed batch run of one file": (
        event("Batch Failed", **BATCH | {"files": 1, "file_names": ["my rows.csv"], "folder": ""}),
        "Batch scoring failed: my rows.csv",
        "Do, when the cause below is removed: evergreen batch run 'my rows.csv'",
    ),
    "stopped batch run without files": (
        event(
            "Batch Failed",
            **BATCH | {"status": "Stopped", "files": 0, "file_names": [], "folder": ""},
        ),
        "Batch scoring was stopped",
        "Do, when the cause below is removed: evergreen batch run",
    ),
    "batch files without predictions": (
        event(
            "Batch Scored",
            execution_arn="arn",
            files_all_rejected=30,
            all_rejected=["a/1.csv", "b.csv"],
        ),
        "No predictions, all lines rejected: a/1.csv and 29 more",
        "Do: correct the file and upload it again; the reason of each line is in "
        "batchdata/output/a/1.csv.rejected.jsonl",
    ),
    "no winner": (
        event("Tournament Decided", execution_arn="arn", reason="a tie", winner=None),
        "A training ended without a new version",
        "Nothing has to be done: the version in production stays.",
    ),
    "invalid hyperparameters": (
        event("Retraining Skipped", reason="epochs: got 'x'", invalid="hyperparameters"),
        "No training starts: hyperparameters are invalid",
        "Do: evergreen hyperparameters set NAME VALUE",
    ),
    "failed job": (
        event(
            "SageMaker Processing Job State Change",
            ProcessingJobName="evergreen-monitoring-1",
            FailureReason="out of memory",
        ),
        "Job failed: evergreen-monitoring-1",
        "The next run follows its schedule. Do: read its log, /aws/sagemaker/ProcessingJobs",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_subject_and_first_line_say_what_since_when_and_what_to_do(name):
    alert, title, action = CASES[name]
    subject, lines = read(alert)
    assert (subject, lines[0]) == (f"[evergreen] {title}", SINCE + action)
    assert len(subject) < 100
    assert subject.isascii()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("alarm", "What"),
        ("alarm", "Runbook: docs/runbook.md#stage-loss"),
        ("alarm", "CloudWatch: Threshold Crossed: 1 datapoint [1.0]"),
        ("approval for production", "Or: evergreen reject 4 --stage production"),
        ("failed deployment", "Error: EndpointFailed: no capacity"),
        ("rejected", "worse"),
        ("deployed", "Approved by ann: good"),
        ("failed training", "Reason: no rows"),
        ("failed batch run", "Reason: PrepareBatch: no such file"),
        ("failed batch run", "Files: a/1.csv, a/2.csv"),
        ("batch files without predictions", "Files: a/1.csv, b.csv and 28 more"),
        ("no winner", "Reason: a tie"),
        ("invalid hyperparameters", "Reason: epochs: got 'x'"),
        ("failed job", "Reason: out of memory"),
    ],
)
def test_details_follow(name, text):
    assert text in read(CASES[name][0])[1]


@pytest.mark.parametrize("section", SECTIONS)
def test_mail_of_every_alarm_has_the_first_step_of_its_section(section):
    _, lines = read(alarm("x", description=f"Meaning: docs/runbook.md#{section}"))
    expected = SECTIONS[section].of_alarm("evergreen-x", "evergreen")
    assert expected.first_action
    assert lines[0] == f"{SINCE}Do: {expected.first_action}"
    assert expected.meaning in lines


def test_mail_of_a_failed_function_has_its_message_without_the_stack_trace():
    cause = '{"errorMessage": "got 7 minutes", "stackTrace": ["line 1"]}'
    _, lines = read(event("Deployment Failed", **DEPLOYMENT, error="ForecastError", cause=cause))
    assert "Error: ForecastError: got 7 minutes" in lines


def test_mail_names_the_log_of_the_function():
    described = "It failed: docs/runbook.md#function-errors"
    _, lines = read(alarm("window-aggregator-errors", description=described))
    assert "/aws/lambda/evergreen-window-aggregator has" in lines[0]


@pytest.mark.parametrize(
    "alert",
    [
        alarm("features-stale", "OK", "INSUFFICIENT_DATA"),  # of a new deployment
        event("Model Deployed", **DEPLOYMENT | {"stage": "staging"}),
        event("Tournament Decided", execution_arn="arn", reason="better", winner="deepar"),
        event("Retraining Skipped", reason="cooldown"),
        event("Batch Scored", execution_arn="arn", files=1, rejected=2),
    ],
)
def test_what_needs_no_person_sends_nothing(alert):
    assert read(alert) is None


@pytest.mark.parametrize(
    ("status", "text", "action"),
    [
        ("SUCCEEDED", "serves all requests", "Nothing has to be done."),
        ("FAILED", "failed", "The version before it serves. Do: runbook, api-release"),
        ("STOPPED", "was stopped", "The version before it serves. Do: runbook, api-release"),
    ],
)
def test_end_of_a_release(status, text, action):
    release = {
        "applicationName": "evergreen-api-forecaster",
        "deploymentId": "d-1",
        "status": status,
        "errorInformation": "null",
    }
    subject, lines = read(release)
    assert subject == f"[evergreen] Release of api-forecaster {text}"
    assert lines[0] == f"Since 2024-10-10 12:00 UTC. {action}"
    assert "Error: null" not in lines


def test_budget_says_how_much_was_spent_of_what():
    subject, lines = read(BUDGET, "AWS Budgets: evergreen has exceeded your alert threshold")
    assert subject == "[evergreen] Cost: $81.12 spent, budget $100.00"
    assert lines[0].endswith("Do: evergreen cost --actual; evergreen pause stops what costs")
    assert "Budget Name: evergreen" in lines


@pytest.mark.parametrize("text", ["Hello", '{"a": 1}', "[1]", '{"AlarmName": 5}', "7", "null"])
def test_alert_of_unknown_form_is_passed_on(text):
    subject, lines = read(text, "Hé\nthere")
    assert subject == "[evergreen] H? there"
    assert text in lines


def test_unknown_event_is_passed_on():
    subject, lines = read(event("Something New", a=1))
    assert subject == "[evergreen] Something New"
    assert any("'a': 1" in line for line in lines)


def test_long_subject_is_cut():
    subject, _ = read(alarm("x" * 200))
    assert len(subject) == 99


def test_time_is_that_of_the_change():
    sns = {"Message": json.dumps(alarm("a")), "Subject": None, "Timestamp": RECEIVED}
    found = Notification.model_validate(sns).alert()
    assert found.time == datetime(2024, 10, 10, 11, 58, tzinfo=UTC)
