"""Trainings on Step Functions: steps of their history, ids, and the choice by ARN."""

import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from common.training_runs import id_of
from common.training_workflow import history
from common.training_workflow.pipeline import Pipeline
from common.training_workflow.state_machine import StateMachine
from common.training_workflow.workflow import open_workflow, workflow_of

START = datetime(2024, 10, 10, 12, tzinfo=UTC)
MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:test-training"
EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:test-training:abc"
PIPELINE = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/test-training"


def events(*items):
    """Return the events of a history, a second after the other."""
    return [
        {"id": n, "type": kind, "timestamp": START + timedelta(seconds=n), **details}
        for n, (kind, details) in enumerate(items, 1)
    ]


def entered(name, kind="Task"):
    return f"{kind}StateEntered", {"stateEnteredEventDetails": {"name": name}}


def exited(name, kind="Task", output=None):
    text = json.dumps(output or {})
    return f"{kind}StateExited", {"stateExitedEventDetails": {"name": name, "output": text}}


def succeeded(**output):
    return "TaskSucceeded", {"taskSucceededEventDetails": {"output": json.dumps(output)}}


def failed(cause):
    return "TaskFailed", {"taskFailedEventDetails": {"error": "States.TaskFailed", "cause": cause}}


RUN = (
    entered("Set defaults", "Pass"),
    exited("Set defaults", "Pass"),
    entered("Merge parameters", "Pass"),
    exited("Merge parameters", "Pass", {"Parameters": {"Gate": "rmse<=2.4"}}),
    entered("PrepareTable"),
    succeeded(ProcessingJobArn="arn:job/1"),
    exited("PrepareTable"),
    entered("PrepareTable data_quality"),
    succeeded(Body="{}"),
    exited("PrepareTable data_quality"),
    entered("CheckData", "Choice"),
    exited("CheckData", "Choice"),
)


def test_states_of_the_workflow_itself_are_no_steps():
    prepare, check = history.steps(events(*RUN))
    assert (prepare.name, prepare.status) == ("PrepareTable", "Succeeded")
    assert prepare.ended - prepare.started == timedelta(seconds=2)
    assert prepare.jobs == {"ProcessingJob": "arn:job/1"}
    assert (check.name, check.status, check.jobs) == ("CheckData", "Succeeded", {})


def test_a_step_that_runs_is_executing():
    *_, train = history.steps(events(*RUN, entered("Train")))
    assert (train.name, train.status, train.ended) == ("Train", "Executing", None)


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        ('{"ExitMessage": "no rows", "FailureReason": "AlgorithmError"}', "no rows"),
        ('{"FailureReason": "ClientError: no image"}', "ClientError: no image"),
        ("User is not authorized", "User is not authorized"),
        ("", "States.TaskFailed"),
    ],
)
def test_reason_of_a_step_is_that_of_its_job(cause, reason):
    run = events(
        *(entered("Train"), failed(cause), exited("Train"), entered("Train failed", "Choice")),
        *(exited("Train failed", "Choice"), entered("Training failed", "Fail")),
        ("ExecutionFailed", {"executionFailedEventDetails": {"error": "e", "cause": cause}}),
    )
    [train] = history.steps(run)
    assert (train.status, train.failure) == ("Failed", reason)


def test_a_repeated_step_has_the_outcome_of_its_last_attempt():
    again = (entered("Train"), succeeded(TrainingJobArn="arn:job/2"), exited("Train"))
    run = events(
        entered("Train"), failed('{"TrainingJobArn": "arn:job/1"}'), exited("Train"), *again
    )
    [train] = history.steps(run)
    assert (train.status, train.failure) == ("Succeeded", None)
    assert train.jobs == {"TrainingJob": "arn:job/2"}
    assert train.started == START + timedelta(seconds=1)


def test_a_request_that_is_repeated_within_a_state_may_succeed():
    scheduled = ("TaskScheduled", {})
    refused, *rest = failed("throttled"), succeeded(TrainingJobArn="arn:job/1"), exited("Train")
    [train] = history.steps(events(entered("Train"), scheduled, refused, scheduled, *rest))
    assert (train.status, train.failure) == ("Succeeded", None)


def test_a_fail_state_has_the_cause_of_the_execution():
    details = {"error": "RejectData", "cause": "too few rows"}
    end = ("ExecutionFailed", {"executionFailedEventDetails": details})
    *_, reject = history.steps(events(*RUN, entered("RejectData", "Fail"), end))
    assert (reject.name, reject.status, reject.failure) == ("RejectData", "Failed", "too few rows")


def test_a_stopped_execution_stops_its_step():
    *_, train = history.steps(events(*RUN, entered("Train"), ("ExecutionAborted", {})))
    assert train.status == "Stopped"


def test_parameters_are_those_that_the_execution_merged():
    assert history.parameters(events(*RUN)) == {"Gate": "rmse<=2.4"}
    assert history.parameters(events(*RUN[:2])) is None


@pytest.mark.parametrize(
    ("arn", "expected"), [(EXECUTION, "abc"), (f"{PIPELINE}/execution/abc", "abc")]
)
def test_id_of_an_execution_is_the_last_part_of_its_arn(arn, expected):
    assert id_of(arn) == expected


def test_arn_chooses_the_service():
    clients = [
        boto3.client(name, region_name="eu-west-1") for name in ("sagemaker", "stepfunctions")
    ]
    assert isinstance(open_workflow(PIPELINE, *clients), Pipeline)
    assert isinstance(open_workflow(MACHINE, *clients), StateMachine)
    assert workflow_of(EXECUTION, *clients).arn == MACHINE
    assert workflow_of(f"{PIPELINE}/execution/abc", *clients).arn == PIPELINE
    with pytest.raises(ValueError, match="workflow: got 'x', expected the ARN"):
        open_workflow("x", *clients)
