"""Duration and cost of a training."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.stub import Stubber

from cli import training_cost
from cli.prices import FILE, prices
from cli.queries.training_costs import with_costs
from cli.training_cost import Job
from common.training_workflow.execution import Step

START = datetime(2024, 10, 10, 12, tzinfo=UTC)
ARN = "arn:aws:sagemaker:eu-west-1:123456789012"


def at(seconds):
    return START + timedelta(seconds=seconds)


def step(name, begin, end, **metadata):
    return {
        "StepName": name,
        "StartTime": at(begin),
        "EndTime": at(end),
        "StepStatus": "Succeeded",
        "Metadata": metadata,
    }


def ended(name, begin, end):
    return Step(name, "Succeeded", at(begin), at(end))


def test_jobs_are_billed_by_their_instances():
    training = {"ResourceConfig": {"InstanceType": "ml.c5.xlarge", "InstanceCount": 2}}
    times = {"TrainingStartTime": at(0), "TrainingEndTime": at(500)}
    assert Job.described("TrainingJob", training | times | {"BillableTimeInSeconds": 90}) == Job(
        "ml.c5.xlarge", 2, 90
    )
    transform = {"TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1}}
    assert Job.described("TransformJob", transform).seconds == 0  # never started
    times = {"TransformStartTime": at(10), "TransformEndTime": at(40)}
    assert Job.described("TransformJob", transform | times).seconds == 30


def test_training_lasts_from_the_first_start_to_the_last_end():
    steps = [ended("Read", 0, 60), ended("Train", 60, 200), ended("Forecast", 60, 90)]
    jobs = [Job("a", 1, 50), Job("b", 2, 100)]
    found = training_cost.training_cost(steps, jobs, {"a_hour": 3.6, "b_hour": 7.2})
    assert found == {"seconds": 200, "instance_seconds": 250, "usd": pytest.approx(0.45)}
    assert training_cost.text(found) == "3 min 20 s, 0.4500 USD on AWS at these durations"


def test_unknown_price_is_not_a_cost_of_zero():
    found = training_cost.training_cost([ended("Read", 0, 5)], [Job("a", 1, 5)], {})
    assert found["usd"] is None
    assert training_cost.text(found) == "5 s, unknown cost on AWS at these durations"


def test_training_without_steps_has_no_duration():
    found = training_cost.training_cost([], [], {})
    assert found == {"seconds": None, "instance_seconds": 0, "usd": 0}
    assert training_cost.text(found) == training_cost.text(None) == ""


def test_each_price_has_its_source():
    for price in json.loads(FILE.read_text())["prices"].values():
        assert price["usd"] > 0
        assert price["url"].startswith("https://")
        assert price["checked"] is None or price["checked"].startswith("20")


def test_cost_is_that_of_the_jobs_of_a_training_that_has_ended(deployment):
    steps = [
        step("Read", 0, 100, ProcessingJob={"Arn": f"{ARN}:processing-job/read"}),
        step("Check", 100, 101, Condition={"Outcome": "True"}),
    ]
    cluster = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30}
    job = {
        "ProcessingJobName": "read",
        "ProcessingJobArn": f"{ARN}:processing-job/read",
        "ProcessingResources": {"ClusterConfig": cluster},
        "AppSpecification": {"ImageUri": "image"},
        "ProcessingJobStatus": "Completed",
        "CreationTime": at(0),
        "ProcessingStartTime": at(40),
        "ProcessingEndTime": at(100),
    }
    rows = [
        {"outcome": outcome, "execution_arn": f"{ARN}:pipeline/p/execution/{outcome}"}
        for outcome in ("failed", "executing", "skipped")
    ]
    with Stubber(deployment.clients("sagemaker")) as stub:
        stub.add_response("list_pipeline_execution_steps", {"PipelineExecutionSteps": steps})
        stub.add_response("describe_processing_job", job, {"ProcessingJobName": "read"})
        first, *others = with_costs(deployment.connection, rows)
    price = prices()["ml.m5.large_hour"]
    assert first["cost"] == {
        "seconds": 101,
        "instance_seconds": 60,
        "usd": pytest.approx(price / 60),
    }
    assert [row["cost"] for row in others] == [None, None]


def test_trainings_of_a_search_are_billed(deployment):
    steps = [step("TuneDeepar", 0, 100, TuningJob={"Arn": f"{ARN}:hyper-parameter-tuning-job/t"})]
    resources = {"InstanceType": "ml.c5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}

    def training(name):
        return {
            "TrainingJobName": name,
            "TrainingJobArn": f"{ARN}:training-job/{name}",
            "ModelArtifacts": {"S3ModelArtifacts": "s3://b/m"},
            "TrainingJobStatus": "Completed",
            "SecondaryStatus": "Completed",
            "AlgorithmSpecification": {"TrainingInputMode": "File"},
            "ResourceConfig": resources,
            "StoppingCondition": {},
            "CreationTime": at(0),
            "BillableTimeInSeconds": 50,
        }

    names = ("t-001-a", "t-002-b")
    summaries = [
        {
            "TrainingJobName": name,
            "TrainingJobArn": f"{ARN}:training-job/{name}",
            "CreationTime": at(0),
            "TrainingJobStatus": "Completed",
            "TunedHyperParameters": {},
        }
        for name in names
    ]
    row = {"outcome": "succeeded", "execution_arn": f"{ARN}:pipeline/p/execution/e"}
    with Stubber(deployment.clients("sagemaker")) as stub:
        stub.add_response("list_pipeline_execution_steps", {"PipelineExecutionSteps": steps})
        stub.add_response(
            "list_training_jobs_for_hyper_parameter_tuning_job",
            {"TrainingJobSummaries": summaries},
            {"HyperParameterTuningJobName": "t"},
        )
        for name in names:
            stub.add_response("describe_training_job", training(name), {"TrainingJobName": name})
        [found] = with_costs(deployment.connection, [row])
    assert found["cost"]["instance_seconds"] == 100
