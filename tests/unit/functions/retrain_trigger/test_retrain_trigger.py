"""The trigger against SSM (moto) and a pipeline, a bus and an alarm in memory."""

import json

import pytest
from moto import mock_aws

from retrain_trigger import handler
from sagemaker_pipelines.training import parameters
from tests.support.training_loop import ALARM, CHECK, MANUAL, SCHEDULE, Loop

HYPERPARAMETERS = {
    "context_length": "60",
    "prediction_length": "30",
    "epochs": "40",
    "learning_rate": "0.005",
    "mini_batch_size": "32",
    "num_cells": "40",
    "num_layers": "2",
    "dropout_rate": "0.1",
    "likelihood": "student-T",
    "early_stopping_patience": "10",
}


@pytest.fixture
def loop(monkeypatch):
    settings = {
        "ALARM_NAME": "test-production-loss",
        "EVENT_BUS_NAME": "test",
        "PARAMETER_PATH": "/test",
        "PIPELINE_NAME": "test-training",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        ssm = handler.ssm
        policy = {"cooldown_hours": "6", "daily_cap": "3"}
        values = {f"training/hyperparameters/{k}": v for k, v in HYPERPARAMETERS.items()}
        for name, value in (
            values | {f"quality/policy/{k}": v for k, v in policy.items()}
        ).items():
            ssm.put_parameter(Name=f"/test/{name}", Value=value, Type="String")
        yield Loop()


@pytest.mark.parametrize("event", [ALARM, SCHEDULE, MANUAL], ids=["alarm", "schedule", "person"])
def test_redelivered_event_starts_one_training(loop, event):
    first, second = loop.deliver(event), loop.deliver(event)
    assert first == second
    assert first["started"]
    assert len(loop.started) == 1
    assert set(loop.detail_types()) == {"Retraining Started"}


def test_redelivery_after_the_training_ended_starts_nothing(loop):
    loop.deliver(MANUAL)
    loop.executions[0]["PipelineExecutionStatus"] = "Succeeded"
    loop.deliver(MANUAL)
    assert len(loop.started) == 1


def test_redelivery_after_a_crash_records_the_training_that_was_started(loop):
    loop.failed = 1
    with pytest.raises(RuntimeError, match="Retraining Started"):
        loop.deliver(ALARM)
    loop.failed = 0
    assert loop.deliver(ALARM)["started"]
    assert (len(loop.started), loop.detail_types()) == (1, ["Retraining Started"])


def test_training_receives_time_reason_and_every_hyperparameter(loop):
    loop.deliver(ALARM)
    (request,) = loop.started
    passed = {item["Name"]: item["Value"] for item in request["PipelineParameters"]}
    assert passed.pop("EndTime") == "2024-10-10T12:00:00Z"
    assert passed.pop("Reason").startswith(
        "alarm test-production-loss: Threshold Crossed: 2 out of"
    )
    assert set(passed) == {
        "ContextLength",
        "PredictionLength",
        "Epochs",
        "LearningRate",
        "MiniBatchSize",
        "NumCells",
        "NumLayers",
        "DropoutRate",
        "Likelihood",
        "EarlyStoppingPatience",
    }
    assert passed["LearningRate"] == "0.005"
    assert len(request["ClientRequestToken"]) >= 32


def test_pipeline_has_every_parameter_that_is_passed(loop):
    loop.deliver(MANUAL)
    passed = {item["Name"] for item in loop.started[0]["PipelineParameters"]}
    assert passed <= {parameter.name for parameter in parameters.ALL}


@pytest.mark.parametrize("status", ["Executing", "Stopping"])
@pytest.mark.parametrize("event", [ALARM, MANUAL], ids=["alarm", "person"])
def test_no_request_starts_a_second_concurrent_training(loop, event, status):
    loop.add_execution(10, status)
    response = loop.deliver(event)
    assert response == {
        "started": False,
        "execution_arn": None,
        "reason": "a training is running",
    }
    assert (loop.started, loop.detail_types()) == ([], ["Retraining Skipped"])


def test_running_training_on_a_later_page_is_found(loop):
    for hours in (8, 9, 10):
        loop.add_execution(hours)
    loop.add_execution(11, "Executing")
    assert not loop.deliver(MANUAL)["started"]


@pytest.mark.parametrize(
    ("hours", "starts"), [(5.9, False), (6, True), (-0.1, False)], ids=["within", "over", "future"]
)
def test_cooldown_counts_from_the_last_start_by_event_time(loop, hours, starts):
    loop.add_execution(hours, "Failed")
    assert loop.deliver(ALARM)["started"] is starts


@pytest.mark.parametrize(("oldest", "starts"), [(23.9, False), (24, True)])
def test_no_more_than_the_cap_within_a_day(loop, oldest, starts):
    for hours in (7, 13, oldest):
        loop.add_execution(hours)
    assert loop.deliver(SCHEDULE)["started"] is starts


def test_check_does_nothing_unless_the_alarm_is_in_alarm(loop):
    assert loop.deliver(CHECK)["reason"] == "the alarm is not in ALARM"
    assert (loop.started, loop.detail_types()) == ([], [])


def test_first_check_after_the_cooldown_starts_a_training_if_the_alarm_persists(loop):
    loop.in_alarm = True
    loop.add_execution(5.5)
    assert not loop.deliver(ALARM)["started"]
    assert not loop.deliver(CHECK)["started"]
    assert loop.detail_types() == ["Retraining Skipped"]
    loop.executions.clear()
    loop.add_execution(6.5)
    first, again = loop.deliver(CHECK), loop.deliver(CHECK)
    assert first == again
    assert first["started"]
    assert first["reason"].startswith("alarm test-production-loss: Threshold Crossed")
    assert len(loop.started) == 1


def test_manual_request_ignores_cooldown_and_cap(loop):
    for hours in (1, 2, 3):
        loop.add_execution(hours)
    assert loop.deliver(MANUAL)["started"]


def test_skipped_retraining_is_recorded_with_its_reason(loop):
    loop.add_execution(1)
    loop.deliver(ALARM)
    detail = json.loads(loop.decisions[0]["Detail"])
    assert detail["version"] == "1"
    assert "less than 6 hours ago" in detail["reason"]


def test_event_of_another_source_is_invalid(loop):
    with pytest.raises(ValueError, match=r"aws\.s3"):
        loop.deliver({**ALARM, "source": "aws.s3"})
