"""SageMaker pipelines of the local AWS: executions, conditions, failures, stops, lists."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.support.event_queue import Queue, add_rule
from tests.support.permissions import ROLE

BUCKET = "pipeline-data"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/loop-forecaster:1"
OUT = "/opt/ml/processing/out"
WRITE = """
import os, pathlib, sys
base = os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")
report = pathlib.Path(base, "processing/out/r.json")
report.write_text('{"loss": {"value": %s}}' % sys.argv[1])
"""
LOSS = {
    "Std:JsonGet": {
        "PropertyFile": {"Get": "Steps.Measure.PropertyFiles.report"},
        "Path": "loss.value",
    }
}


def join(*values, on="/"):
    return {"Std:Join": {"On": on, "Values": list(values)}}


def processing(name, code, *arguments, **more):
    place = join(
        "s3:/", {"Get": "Parameters.Bucket"}, {"Get": "Execution.PipelineExecutionId"}, name
    )
    output = {"S3Uri": place, "LocalPath": OUT, "S3UploadMode": "EndOfJob"}
    cluster = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30}
    return {
        "Name": name,
        "Type": "Processing",
        "Arguments": {
            "AppSpecification": {
                "ImageUri": IMAGE,
                "ContainerEntrypoint": ["python", "-c", code],
                **({"ContainerArguments": list(arguments)} if arguments else {}),
            },
            "ProcessingResources": {"ClusterConfig": cluster},
            "ProcessingOutputConfig": {"Outputs": [{"OutputName": "out", "S3Output": output}]},
        },
        **more,
    }


REPORT = {"PropertyFileName": "report", "OutputName": "out", "FilePath": "r.json"}
GATED = {
    "Version": "2020-12-01",
    "Parameters": [
        {"Name": "Bucket", "Type": "String", "DefaultValue": BUCKET},
        {"Name": "Loss", "Type": "String"},
        {"Name": "Limit", "Type": "Float", "DefaultValue": 0.5},
    ],
    "Steps": [
        processing(
            "Measure",
            WRITE,
            {"Get": "Parameters.Loss"},
            PropertyFiles=[REPORT],
        ),
        {
            "Name": "Check",
            "Type": "Condition",
            "Arguments": {
                "Conditions": [
                    {
                        "Type": "LessThanOrEqualTo",
                        "LeftValue": LOSS,
                        "RightValue": {"Get": "Parameters.Limit"},
                    }
                ],
                "IfSteps": [processing("Accept", "print('accepted')")],
                "ElseSteps": [
                    {
                        "Name": "Reject",
                        "Type": "Fail",
                        "Arguments": {"ErrorMessage": join("the loss is", LOSS, on=" ")},
                    }
                ],
            },
        },
        processing("After", "print('continued')", DependsOn=["Accept"]),
    ],
}
SLEEPY = {**GATED, "Parameters": GATED["Parameters"][:1]}
SLEEPY["Steps"] = [processing("Sleep", "import time; time.sleep(120)")]
LATE = {**SLEEPY, "Steps": [processing("Sleep", "import time; time.sleep(120)")]}
LATE["Steps"][0]["Arguments"]["StoppingCondition"] = {"MaxRuntimeInSeconds": 1}
BROKEN = {**SLEEPY, "Steps": [processing("Break", "raise SystemExit('no data')")]}
BROKEN["Steps"].append(processing("After", "print(1)", DependsOn=["Break"]))


@pytest.fixture(scope="module")
def sagemaker(aws):
    aws.client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    client = aws.client("sagemaker")
    definitions = {"gated": GATED, "sleepy": SLEEPY, "late": LATE, "broken": BROKEN}
    for name, definition in definitions.items():
        create(client, name, definition)
    return client


def create(client, name, definition):
    client.create_pipeline(
        PipelineName=name,
        PipelineDisplayName=name,
        PipelineDefinition=json.dumps(definition),
        RoleArn=ROLE,
    )


@pytest.fixture(scope="module")
def read_events(aws):
    """Return a function that returns the new events of all pipelines."""
    queue = Queue(aws, "events")
    pattern = {"detail-type": [{"prefix": "SageMaker Model Building Pipeline"}]}
    add_rule(aws, "pipelines", {"Arn": queue.arn}, pattern, bus="default")
    return queue.bodies


def start(sagemaker, name="gated", **parameters):
    return sagemaker.start_pipeline_execution(
        PipelineName=name,
        PipelineExecutionDisplayName="a-test",
        PipelineParameters=[{"Name": k, "Value": v} for k, v in parameters.items()],
    )["PipelineExecutionArn"]


def described(sagemaker, arn):
    return sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)


def steps(sagemaker, arn):
    listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)
    return {step["StepName"]: step for step in listed["PipelineExecutionSteps"]}


def test_accepted_loss_continues_and_takes_no_virtual_time(aws, sagemaker, read_events):
    arn = start(sagemaker, Loss="0.25")
    assert arn.rpartition("/")[2].isalnum()
    assert len(arn.rpartition("/")[2]) == 12
    events = [e for e in read_events() if e["detail"]["pipelineExecutionArn"] == arn]
    execution = described(sagemaker, arn)
    assert execution["PipelineExecutionStatus"] == "Succeeded"
    assert execution["LastModifiedTime"] == execution["CreationTime"]
    done = steps(sagemaker, arn)
    assert set(done) == {"Measure", "Check", "Accept", "After"}
    assert {s["StepStatus"] for s in done.values()} == {"Succeeded"}
    assert done["Check"]["Metadata"] == {"Condition": {"Outcome": "True"}}
    job = done["Measure"]["Metadata"]["ProcessingJob"]["Arn"].rpartition("/")[2]
    assert job.startswith(f"pipelines-{arn.rpartition('/')[2]}-Measure-")
    # Its steps have the real time of their work.
    assert done["Measure"]["StartTime"] < done["Measure"]["EndTime"] <= done["Accept"]["StartTime"]
    first, last = (
        [e["detail"] for e in events if "currentPipelineExecutionStatus" in e["detail"]][i]
        for i in (0, -1)
    )
    assert first["currentPipelineExecutionStatus"] == "Executing"
    assert last["currentPipelineExecutionStatus"] == "Succeeded"
    assert last["previousPipelineExecutionStatus"] == "Executing"
    assert last["pipelineExecutionArn"] == arn
    assert last["pipelineExecutionDisplayName"] == "a-test"
    of_accept = [e["detail"] for e in events if e["detail"].get("stepName") == "Accept"]
    assert [e["currentStepStatus"] for e in of_accept] == ["Starting", "Executing", "Succeeded"]
    assert "-Accept-" in of_accept[-1]["metadata"]["processingJob"]["arn"]


def test_rejected_loss_ends_in_the_fail_step(aws, sagemaker):
    arn = start(sagemaker, Loss="0.75", Limit="0.7")
    aws.settle()
    execution = described(sagemaker, arn)
    assert execution["PipelineExecutionStatus"] == "Failed"
    assert execution["FailureReason"].startswith("Step failure: One or multiple steps failed.")
    done = steps(sagemaker, arn)
    assert set(done) == {"Measure", "Check", "Reject"}
    assert done["Reject"]["FailureReason"] == "the loss is 0.75"
    assert done["Reject"]["Metadata"] == {"Fail": {"ErrorMessage": "the loss is 0.75"}}


def test_failed_job_fails_its_step_and_dependent_steps_never_start(aws, sagemaker):
    arn = start(sagemaker, "broken")
    aws.settle()
    assert described(sagemaker, arn)["PipelineExecutionStatus"] == "Failed"
    done = steps(sagemaker, arn)
    assert set(done) == {"Break"}
    assert done["Break"]["StepStatus"] == "Failed"
    assert done["Break"]["FailureReason"].startswith("ClientError: ")


def test_job_that_exceeds_its_time_limit_fails_its_step(aws, sagemaker):
    arn = start(sagemaker, "late")
    aws.settle()
    assert described(sagemaker, arn)["PipelineExecutionStatus"] == "Failed"
    assert steps(sagemaker, arn)["Sleep"]["FailureReason"] == "ClientError: Stopped"


def test_stopped_execution_stops_its_job(aws, sagemaker):
    arn = start(sagemaker, "sleepy")
    aws.until(lambda: steps(sagemaker, arn)["Sleep"]["StepStatus"] == "Executing")
    with pytest.raises(ClientError, match="ConflictException"):
        sagemaker.delete_pipeline(PipelineName="sleepy")
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)
    aws.settle()
    assert described(sagemaker, arn)["PipelineExecutionStatus"] == "Stopped"
    assert steps(sagemaker, arn)["Sleep"]["StepStatus"] == "Stopped"
    with pytest.raises(ClientError, match="ConflictException"):
        sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)


def test_repeated_request_token_starts_no_second_execution(aws, sagemaker):
    request = {"PipelineName": "broken", "ClientRequestToken": "t" * 32}
    first = sagemaker.start_pipeline_execution(**request)
    assert (
        sagemaker.start_pipeline_execution(**request)["PipelineExecutionArn"]
        == (first["PipelineExecutionArn"])
    )
    with pytest.raises(ClientError, match="ConflictException"):
        sagemaker.start_pipeline_execution(**request, PipelineExecutionDisplayName="other")
    aws.settle()


def test_parameters_are_checked_and_listed(aws, sagemaker):
    for invalid in ({}, {"Loss": "1", "Other": "1"}, {"Loss": "1", "Limit": "low"}):
        with pytest.raises(ClientError, match="ValidationException"):
            start(sagemaker, **invalid)
    arn = start(sagemaker, Loss="0.1")
    listed = sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)
    values = {p["Name"]: p["Value"] for p in listed["PipelineParameters"]}
    assert values == {"Bucket": BUCKET, "Loss": "0.1", "Limit": "0.5"}
    shown = sagemaker.describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)
    assert json.loads(shown["PipelineDefinition"]) == GATED
    aws.settle()


def test_pipelines_are_listed_updated_and_deleted(aws, sagemaker):
    create(sagemaker, "listed-gated", GATED)
    create(sagemaker, "listed-broken", BROKEN)
    unknown = json.dumps({**BROKEN, "Steps": [processing("A", "print(1)", DependsOn=["B"])]})
    with pytest.raises(ClientError, match="unknown steps"):
        sagemaker.update_pipeline(PipelineName="listed-broken", PipelineDefinition=unknown)
    sagemaker.update_pipeline(PipelineName="listed-broken", PipelineDescription="breaks")
    shown = sagemaker.describe_pipeline(PipelineName="listed-broken")
    assert shown["PipelineDescription"] == "breaks"
    assert json.loads(shown["PipelineDefinition"]) == BROKEN
    listed = sagemaker.list_pipelines(PipelineNamePrefix="listed")["PipelineSummaries"]
    assert {p["PipelineName"] for p in listed} == {"listed-gated", "listed-broken"}
    for loss in ("0.1", "0.2", "0.9"):
        start(sagemaker, "listed-gated", Loss=loss)
    aws.settle()
    executions = sagemaker.list_pipeline_executions(PipelineName="listed-gated")
    statuses = [e["PipelineExecutionStatus"] for e in executions["PipelineExecutionSummaries"]]
    assert sorted(statuses) == ["Failed", "Succeeded", "Succeeded"]
    sagemaker.delete_pipeline(PipelineName="listed-broken")
    with pytest.raises(sagemaker.exceptions.ResourceNotFound):
        sagemaker.describe_pipeline(PipelineName="listed-broken")
