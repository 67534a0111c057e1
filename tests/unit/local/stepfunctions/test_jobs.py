"""The job that a task waits for: created once, stopped with its execution."""

import json

import pytest

from local import ministack
from local.stepfunctions import jobs

REQUEST = {"TrainingJobName": "t", "RoleArn": "r"}


class SageMaker:
    """Jobs whose status is the next of a list; `stop` is what happens when one is stopped."""

    def __init__(self, *statuses):
        self.statuses, self.calls = list(statuses), []

    def __call__(self, action, body):
        self.calls.append(action)
        if action == "stopTrainingJob":
            self.statuses = ["Stopped"]
        if action == "describeTrainingJob":
            status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
            return {**body, "TrainingJobStatus": status, "FailureReason": "why"}
        return {}


def test_result_is_the_description_of_the_completed_job():
    execution, sagemaker = {"status": "RUNNING"}, SageMaker("InProgress", "Completed")
    result = jobs.run(execution, "TrainingJob", REQUEST, sagemaker)
    assert (result["TrainingJobName"], result["TrainingJobStatus"]) == ("t", "Completed")
    assert sagemaker.calls == ["createTrainingJob", *["describeTrainingJob"] * 2]
    assert execution == {"status": "RUNNING"}


def test_failed_job_fails_the_task_with_its_description():
    with pytest.raises(ministack.ExecutionError) as failed:
        jobs.run({"status": "RUNNING"}, "TrainingJob", REQUEST, SageMaker("Failed"))
    assert failed.value.error == "States.TaskFailed"
    assert json.loads(failed.value.cause)["FailureReason"] == "why"


def test_after_a_restart_the_execution_waits_for_its_job():
    execution = {"status": "RUNNING", jobs.JOB: {"TrainingJobName": "before"}}
    sagemaker = SageMaker("Completed")
    result = jobs.run(execution, "TrainingJob", REQUEST, sagemaker)
    assert (result["TrainingJobName"], sagemaker.calls) == ("before", ["describeTrainingJob"])


def test_stopped_execution_stops_its_job_once():
    sagemaker = SageMaker("InProgress")
    with pytest.raises(ministack.ExecutionError):
        jobs.run({"status": "ABORTED"}, "TrainingJob", REQUEST, sagemaker)
    assert sagemaker.calls.count("stopTrainingJob") == 1
