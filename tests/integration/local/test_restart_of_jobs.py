"""A local AWS that is killed while a state machine waits for a job: the job starts again."""

import json
import os
import signal

import pytest

from local import lifecycle
from tests.support.local_aws import START, LocalAws
from tests.support.permissions import ROLE, create_role

pytestmark = pytest.mark.integration

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/loop-forecaster:1"
CODE = """
import pathlib, sys, time
marker = pathlib.Path(sys.argv[1])
if not marker.exists():
    marker.write_text("begun")
    time.sleep(120)
"""


@pytest.fixture(autouse=True)
def role():
    """Replace the fixture of the other tests, which needs a running local AWS."""


def start(port, home):
    return lifecycle.up(port, home, ["--clock", "virtual", "--start", START, "--persistent"])


def test_execution_waits_for_the_same_job(tmp_path):
    health = start(0, tmp_path)
    aws, marker = LocalAws(health["endpoint_url"], tmp_path), tmp_path / "marker"
    create_role(aws)
    request = {
        "ProcessingJobName": "job",
        "RoleArn": ROLE,
        "AppSpecification": {
            "ImageUri": IMAGE,
            "ContainerEntrypoint": ["python", "-c", CODE, str(marker)],
        },
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceType": "ml.m5.large",
                "InstanceCount": 1,
                "VolumeSizeInGB": 5,
            }
        },
    }
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sagemaker:createProcessingJob.sync",
        "Parameters": request,
        "End": True,
    }
    states = aws.client("stepfunctions")
    machine = states.create_state_machine(
        name="m",
        definition=json.dumps({"StartAt": "Run", "States": {"Run": task}}),
        roleArn=ROLE,
    )["stateMachineArn"]
    arn = states.start_execution(stateMachineArn=machine, name="x")["executionArn"]
    try:
        aws.until(marker.exists)
        snapshot = tmp_path / "state" / "snapshot"
        saved = snapshot.stat().st_mtime_ns if snapshot.exists() else 0
        aws.client("ssm").put_parameter(Name="/a", Value="b", Type="String")
        aws.until(lambda: snapshot.exists() and snapshot.stat().st_mtime_ns > saved)
        os.kill(health["pid"], signal.SIGKILL)
        start(health["port"], tmp_path)
        aws.settle()
        ended = states.describe_execution(executionArn=arn)
        assert (ended["status"], ended.get("cause")) == ("SUCCEEDED", None)
        [job] = aws.client("sagemaker").list_processing_jobs()["ProcessingJobSummaries"]
        assert job["ProcessingJobStatus"] == "Completed"
    finally:
        lifecycle.down(tmp_path)
