"""Every rule that may start a training, as deployed, starts one with its reason.

No history passes the data quality rules here, so every training fails after its first step.
"""

import json
import re
from pathlib import Path

import pytest

from common.times import MINUTE, iso
from tests.support.deployed_loop import evergreen
from tests.support.event_queue import Queue
from tests.support.feature_records import to_record

pytestmark = pytest.mark.integration

BUCKET = "evergreen-123456789012-eu-west-1"
FUNCTION = "evergreen-retrain-trigger"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:evergreen-alerts"
RUNBOOK = Path(__file__).parents[3] / "docs/runbook.md"
ENTRIES = re.compile(r"aws events put-events --entries '(.*?)'", re.DOTALL)
RETRY = "retry of a failed training"
ALARM = "alarm evergreen-production-loss: a test"


@pytest.fixture(scope="module")
def empty_history(aws):
    """Let time pass until the history has no rows of other tests."""
    aws.pass_minutes(49 * 60)


@pytest.fixture(scope="module")
def no_cap(aws):
    """Lift the daily cap, which all trainings of these tests together would reach."""
    ssm, name = aws.client("ssm"), "/evergreen/quality/policy/daily_cap"
    cap = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    ssm.put_parameter(Name=name, Value="96", Overwrite=True)
    yield
    ssm.put_parameter(Name=name, Value=cap, Overwrite=True)


@pytest.fixture(autouse=True)
def since(aws, empty_history, no_cap):
    """A time at which no retry or cooldown of another test matters."""
    aws.pass_minutes(60)  # until the rows of `fill_history` are too old for a first model
    command(aws)  # so that failures before it do not count
    aws.pass_minutes(20)  # until a failed training may be repeated
    return aws.now()


@pytest.fixture
def alerts(aws):
    queue, topics = Queue(aws, "retraining-rules"), aws.client("sns")
    attributes = {"RawMessageDelivery": "true"}
    subscription = topics.subscribe(
        TopicArn=TOPIC, Protocol="sqs", Endpoint=queue.arn, Attributes=attributes
    )["SubscriptionArn"]
    yield queue
    topics.unsubscribe(SubscriptionArn=subscription)
    queue.client.delete_queue(QueueUrl=queue.url)


@pytest.fixture
def version(aws):
    """A version that waits for approval."""
    sagemaker = aws.client("sagemaker")
    arn = sagemaker.create_model_package(ModelPackageGroupName="evergreen-models")[
        "ModelPackageArn"
    ]
    yield arn
    sagemaker.delete_model_package(ModelPackageName=arn)


@pytest.fixture
def alarm(aws):
    """Set the state of the loss alarm."""
    client = aws.client("cloudwatch")

    def set_state(state):
        client.set_alarm_state(
            AlarmName="evergreen-production-loss", StateValue=state, StateReason="a test"
        )
        aws.settle()

    yield set_state
    set_state("OK")


def trainings(aws, since):
    """Return the reasons of the executions that have started since a time, oldest first."""
    aws.settle()
    listed = aws.client("sagemaker").list_pipeline_executions(
        PipelineName="evergreen-training", SortOrder="Ascending", MaxResults=100
    )["PipelineExecutionSummaries"]
    return [
        execution["PipelineExecutionDescription"]
        for execution in listed
        if execution["StartTime"] >= since
    ]


def decisions(aws, since, kind):
    """Return the details of the decisions of a type since a time, in order of time."""
    aws.settle()
    pages = aws.client("logs").get_paginator("filter_log_events")
    found = [
        json.loads(event["message"])
        for page in pages.paginate(logGroupName="/evergreen/decisions")
        for event in page["events"]
    ]
    found = [e for e in found if e["detail-type"] == kind and e["time"] >= iso(since)]
    return [event["detail"] for event in sorted(found, key=lambda event: event["time"])]


def put(aws, *entries):
    assert aws.client("events").put_events(Entries=entries)["FailedEntryCount"] == 0


def record(aws, arn):
    key = f"experiments/{arn.rpartition('/')[2]}/run.json"
    return json.load(aws.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"])


def upload(aws):
    aws.client("s3").put_object(Bucket=BUCKET, Key="training-data/days.csv", Body=b"1")


def change_code(aws):
    """Send what the command in the runbook sends."""
    (entries,) = ENTRIES.findall(RUNBOOK.read_text())
    put(aws, *json.loads(entries))


def detect_drift(aws):
    """Send what a monitoring job sends."""
    detail = {"version": "1", "stage": "production", "features": ["avg_fee_1min", "prediction"]}
    put(
        aws,
        {
            "EventBusName": "evergreen",
            "Source": "evergreen.loop",
            "DetailType": "Drift Detected",
            "Detail": json.dumps(detail),
        },
    )


def reach_schedule(aws):
    """Let the schedule fire in five minutes."""
    client, name = aws.client("events"), f"{FUNCTION}-schedule"
    rule = client.describe_rule(Name=name)
    settings = {key: rule[key] for key in ("Description", "Name", "State")}
    client.put_rule(**settings, ScheduleExpression="rate(5 minutes)")
    aws.pass_minutes(6)
    client.put_rule(**settings, ScheduleExpression=rule["ScheduleExpression"])


def command(aws):
    code, result = evergreen(aws, "retrain", "--reason", "a test", "--yes")
    assert (code, result["started"]) == (0, True)


def fill_history(aws):
    """Write rows of the last hours, which fail the quality rules; the next check sees them."""
    store, end = aws.client("sagemaker-featurestore-runtime"), aws.now().replace(second=0)
    for number in range(-480, 20):
        minute = end + number * MINUTE
        values = {
            "tx_minute": iso(minute),
            "total_nb_trx_1min": "2",
            "total_fee_1min": "12",
            "avg_fee_1min": "7.5",
            "event_time": iso(minute + MINUTE).replace("Z", ".002Z"),
        }
        store.put_record(FeatureGroupName="evergreen-minutes", Record=to_record(values))
    aws.pass_minutes(15)


@pytest.mark.parametrize(
    ("fire", "trigger", "reason"),
    [
        (upload, "upload", "data uploaded: training-data/days.csv"),
        (change_code, "code", "code changed: 1a2b3c4"),
        (detect_drift, "drift", "drift: avg_fee_1min and prediction"),
        (reach_schedule, "schedule", "schedule"),
        (command, "command", "a test"),
        (fill_history, "check", "first model"),
    ],
)
def test_rule_starts_a_training_with_its_reason(aws, since, fire, trigger, reason):
    fire(aws)
    assert trainings(aws, since) == [reason]
    (started,) = decisions(aws, since, "Retraining Started")
    assert (started["trigger"], started["reason"]) == (trigger, reason)


def test_breach_starts_a_training_by_the_alarm_and_again_by_checks(aws, since, version, alarm):
    aws.client("sagemaker").update_model_package(
        ModelPackageArn=version, ModelApprovalStatus="Rejected"
    )
    alarm("ALARM")
    assert trainings(aws, since) == [ALARM]
    aws.pass_minutes(45)
    assert trainings(aws, since) == [ALARM, ALARM]


def test_breach_waits_for_the_decision_on_the_newest_version(aws, since, version, alarm):
    alarm("ALARM")
    aws.pass_minutes(30)
    assert trainings(aws, since) == []
    (skipped,) = decisions(aws, since, "Retraining Skipped")
    assert skipped["reason"] == f"version {version.rpartition('/')[2]} waits for approval"
    aws.client("sagemaker").update_model_package(
        ModelPackageArn=version, ModelApprovalStatus="Rejected"
    )
    aws.pass_minutes(15)
    assert trainings(aws, since) == [ALARM]


def test_failed_training_is_retried_until_a_person_is_told(aws, since, alerts):
    upload(aws)
    aws.pass_minutes(4 * 60)
    assert trainings(aws, since)[1:] == [RETRY, RETRY]  # the person's was the first failure
    failed = decisions(aws, since, "Training Failed")
    assert all("RejectData: The history fails" in detail["reason"] for detail in failed)
    records = [record(aws, detail["execution_arn"]) for detail in failed]
    assert {run["outcome"] for run in records} == {"data rejected"}
    assert [run["trigger"] for run in records] == ["upload", "check", "check"]
    rejected = [f"RejectData: {run['failure']}" for run in records]
    assert rejected == [detail["reason"] for detail in failed]
    follows = [detail["next"].partition(",")[0] for detail in failed]
    assert follows == [
        "retry 2 of 3 after a failed training follows",
        "retry 3 of 3 after a failed training follows",
        "4 trainings in a row have failed: no more retries follow",
    ]
    bodies = alerts.bodies()
    messages = [body["detail"] for body in bodies if body.get("detail-type") == "Training Failed"]
    assert messages == failed


def test_refused_hyperparameters_are_notified_once_and_a_corrected_value_is_used(
    aws, since, alerts
):
    ssm, name = aws.client("ssm"), "/evergreen/training/hyperparameters/epochs"
    written = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    ssm.put_parameter(Name=name, Value="lots", Overwrite=True)
    aws.pass_minutes(60)  # four checks
    bodies = [body["detail"] for body in alerts.bodies() if "detail" in body]
    reasons = [body["reason"] for body in bodies if "invalid" in body]
    assert reasons == ["epochs: got 'lots', expected an integer from 1 to 10000"]
    assert evergreen(aws, "retrain")[0] == 1

    assert evergreen(aws, "hyperparameters", "set", "epochs", written)[0] == 0
    assert evergreen(aws, "retrain")[0] == 0


@pytest.mark.parametrize(("winner", "count"), [(None, 1), ("deepar", 0)])
def test_only_a_tournament_without_a_new_version_is_notified(aws, alerts, winner, count):
    detail = {"version": "1", "winner": winner, "reason": "a test", "execution_arn": "none"}
    entry = {"Source": "evergreen.loop", "DetailType": "Tournament Decided"}
    put(aws, {**entry, "EventBusName": "evergreen", "Detail": json.dumps(detail)})
    found = [body.get("detail-type") for body in alerts.bodies()]
    assert found.count("Tournament Decided") == count
