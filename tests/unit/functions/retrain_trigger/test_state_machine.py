"""The trigger with trainings on Step Functions: what differs from a pipeline."""

import json
from datetime import timedelta

import pytest

from retrain_trigger import handler
from tests.support.lambda_context import CONTEXT
from tests.support.training_loop import MANUAL, NOW, SCHEDULE, SETTINGS
from tests.support.training_machine import StateMachineLoop


@pytest.fixture
def loop(monkeypatch):
    settings = {
        **SETTINGS,
        "FEATURE_GROUP_NAME": "",
        "TRAINING_WORKFLOW_ARN": StateMachineLoop.workflow,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    loop = StateMachineLoop()
    loop.hyperparameters = {}
    return loop


def deliver(loop, event):
    with loop.stubbed(ssm=True):
        return handler.lambda_handler(event, CONTEXT)


def failed(execution):
    detail = {"executionArn": execution["executionArn"], "status": "FAILED"}
    return {"id": "f", "source": "aws.states", "time": "2024-10-10T12:00:00Z", "detail": detail}


def event(kind, number, **details):
    return {"type": kind, "id": number, "timestamp": NOW + timedelta(minutes=number), **details}


def entered(name, number, kind="Task"):
    return event(f"{kind}StateEntered", number, stateEnteredEventDetails={"name": name})


def test_input_has_the_parameters_and_the_request(loop):
    response = deliver(loop, MANUAL)
    assert response["started"]
    [started] = loop.started
    assert started == {
        "Request": started["Request"],
        "Reason": "first model",
        "Trigger": "command",
        "EndTime": "2024-10-10T12:00:00Z",
    }
    assert started["Request"].startswith("manual-2024-10-10T12-00-")
    [name] = loop.tokens
    assert len(name) == 20
    assert name.isalnum()


def test_redelivered_event_starts_one_training(loop):
    assert deliver(loop, MANUAL) == deliver(loop, MANUAL)
    loop.executions[0]["status"] = "SUCCEEDED"
    assert deliver(loop, MANUAL)["started"]
    assert len(loop.started) == 1


def test_running_training_refuses_another(loop):
    loop.add_execution(1, "RUNNING")
    assert deliver(loop, MANUAL)["reason"] == "a training is running"
    assert loop.started == []


def test_cooldown_counts_trainings_of_step_functions(loop):
    loop.add_execution(1)
    assert "less than 6 hours ago" in deliver(loop, SCHEDULE)["reason"]
    assert loop.started == []


def test_a_name_is_not_used_again_after_90_days(loop):
    deliver(loop, MANUAL)
    [first] = loop.tokens
    # Step Functions no longer lists the execution; its version is in the registry.
    loop.executions.clear()
    loop.versions.append(NOW)
    deliver(loop, {**MANUAL, "id": "later"})
    assert len(loop.tokens) == 2
    assert first != list(loop.tokens)[1]


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT"])
def test_failure_is_recorded_with_the_reason_of_the_job(loop, status):
    execution = loop.add_execution(0.1, status, "first")
    job = {"ProcessingJobArn": "arn:job", "ExitMessage": "s3://nothing/: no objects."}
    details = {"error": "States.TaskFailed", "cause": json.dumps(job)}
    loop.events = [
        entered("PrepareTable", 1),
        event(
            "TaskFailed",
            2,
            taskFailedEventDetails={
                **details,
                "resource": "createProcessingJob.sync",
                "resourceType": "sagemaker",
            },
        ),
        entered("PrepareTable failed", 3, "Choice"),
        entered("Training failed", 4, "Fail"),
        event("ExecutionFailed", 5, executionFailedEventDetails=details),
    ]
    deliver(loop, failed(execution))
    [decision] = [json.loads(item["Detail"]) for item in loop.decisions]
    assert decision["reason"] == "PrepareTable: s3://nothing/: no objects."
    assert decision["next"].startswith("retry 1 of 3")
    [record] = loop.records.values()
    assert (record["execution_id"], record["outcome"]) == ("first", "failed")
    assert record["time"] == "2024-10-10T11:00:00Z"


def test_failure_of_a_training_of_a_person_is_not_retried(loop):
    execution = loop.add_execution(0.5, "FAILED", "manual-1")
    loop.events = [event("ExecutionFailed", 1, executionFailedEventDetails={})]
    deliver(loop, failed(execution))
    [decision] = [json.loads(item["Detail"]) for item in loop.decisions]
    assert decision["next"].startswith("no retry follows, because a person")
