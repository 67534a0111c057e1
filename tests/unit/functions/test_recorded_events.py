"""Events as AWS documents them, whole, against the models of the functions."""

import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from common import times
from common.events import EventBridgeEvent, ModelPackageChange, ObjectCreated, ScheduledEvent
from feature_writer import handler as feature_writer
from retrain_trigger.training_events import (
    AlarmEvent,
    ScheduleEvent,
    TrainingEvent,
    TrainingFailed,
)
from tests.support.lambda_context import CONTEXT
from threshold_updater.handler import DeploymentEvent, ResultEvent, ThresholdEvent

EVENTS = Path(__file__).parents[2] / "events"


def recorded(name):
    return json.loads((EVENTS / f"{name}.json").read_text())


def test_model_package_changed():
    event = EventBridgeEvent[ModelPackageChange].model_validate(recorded("model_package_changed"))
    assert event.detail.version == 2
    assert event.detail.arn.endswith(":model-package/versionedmp-p-idy6c3e1fiqj/2")
    assert times.iso(event.time) == "2021-02-24T17:00:14Z"
    assert event.detail.changed_fields == ["ModelLifeCycle"]


def test_object_created():
    document = recorded("object_created")
    event = EventBridgeEvent[ObjectCreated].model_validate(document)
    assert event.detail.bucket.name == document["detail"]["bucket"]["name"]
    assert event.detail.object.key == document["detail"]["object"]["key"]


def test_model_deployed_and_object_created_update_the_threshold():
    events = TypeAdapter(ThresholdEvent)
    deployed = events.validate_python(recorded("model_deployed"))
    assert isinstance(deployed, DeploymentEvent)
    assert deployed.detail.stage == "production"
    assert isinstance(events.validate_python(recorded("object_created")), ResultEvent)


def test_alarm_state_change():
    event = TypeAdapter(TrainingEvent).validate_python(recorded("alarm_state_change"))
    assert isinstance(event, AlarmEvent)
    assert event.reason.startswith("alarm TotalNetworkTrafficTooHigh: Threshold Crossed: ")


def test_training_failed():
    event = TypeAdapter(TrainingEvent).validate_python(recorded("pipeline_execution_failed"))
    assert isinstance(event, TrainingFailed)
    assert event.detail.execution_arn.endswith(":pipeline/myPipeline-123/execution/p4jn9xou8a8s")


def test_failed_execution_of_step_functions():
    event = TypeAdapter(TrainingEvent).validate_python(recorded("state_machine_execution_failed"))
    assert isinstance(event, TrainingFailed)
    assert event.detail.execution_arn.endswith(":execution:state-machine-name:execution-name")


def test_schedule():
    event = TypeAdapter(TrainingEvent).validate_python(recorded("scheduled"))
    assert isinstance(event, ScheduleEvent)
    time = ScheduledEvent.model_validate(recorded("scheduled")).time
    assert times.iso(time) == times.iso(event.time) == "2015-10-08T16:53:06Z"


def test_kinesis_batch_with_a_malformed_row(monkeypatch):
    monkeypatch.setenv("FEATURE_GROUPS", "[]")
    event = recorded("kinesis_batch")
    [failure] = feature_writer.lambda_handler(event, CONTEXT)["batchItemFailures"]
    assert failure["itemIdentifier"] == event["Records"][0]["kinesis"]["sequenceNumber"]


@pytest.mark.parametrize("time", [None, 5, "noon"])
def test_time_that_is_not_iso_is_invalid(time):
    with pytest.raises(ValueError, match="time: got"):
        ScheduledEvent.model_validate({"time": time})
