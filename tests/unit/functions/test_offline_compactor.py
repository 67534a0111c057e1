"""③ A schedule starts one processing job per event."""

import json

import pytest
from botocore.exceptions import ClientError

from offline_compactor import handler
from tests.support.aws_calls import CallError, stubbed
from tests.support.lambda_context import CONTEXT

ROLE = "arn:aws:iam::123456789012:role/test-compaction"
EVENT = {"source": "aws.events", "detail-type": "Scheduled Event", "time": "2024-10-11T02:30:00Z"}
NAME = "test-compaction-20241011T023000Z"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("FEATURE_GROUP_NAMES", "test-minutes,test-minutes-v2")
    monkeypatch.setenv("IMAGE", "registry/test-forecaster:latest")
    monkeypatch.setenv("INSTANCE_TYPE", "ml.t3.medium")
    monkeypatch.setenv("KMS_KEY_ARN", KEY)
    monkeypatch.setenv("PREFIX", "test")
    monkeypatch.setenv("ROLE_ARN", ROLE)
    monkeypatch.setenv("VPC_CONFIG", "null")


def start(error_code=None):
    """Deliver the event; return the response and the requests."""

    def create(**_):
        if error_code:
            raise CallError(error_code)
        return {"ProcessingJobArn": f"arn:aws:sagemaker:eu-west-1:123456789012:job/{NAME}"}

    with stubbed(handler.sagemaker, {"CreateProcessingJob": create}) as seen:
        return handler.lambda_handler(EVENT, CONTEXT), seen


def test_schedule_starts_a_job_for_every_version_of_the_group():
    done, [(_, request)] = start()
    assert done == {"status": "Started", "job": NAME}
    assert request["ProcessingJobName"] == NAME
    assert request["RoleArn"] == ROLE
    assert request["ProcessingResources"]["ClusterConfig"]["VolumeKmsKeyId"] == KEY
    assert request["AppSpecification"]["ContainerArguments"] == [
        "--feature-group",
        "test-minutes",
        "--feature-group",
        "test-minutes-v2",
        "--now",
        "2024-10-11T02:30:00Z",
    ]


def test_job_is_in_the_given_subnets_or_in_none(monkeypatch):
    assert "NetworkConfig" not in start()[1][0][1]
    network = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}
    monkeypatch.setenv("VPC_CONFIG", json.dumps(network))
    assert start()[1][0][1]["NetworkConfig"] == {"VpcConfig": network}


def test_redelivered_event_finds_its_job():
    assert start("ResourceInUse")[0] == {"status": "AlreadyStarted", "job": NAME}


def test_other_errors_are_raised():
    with pytest.raises(ClientError, match="ResourceLimitExceeded"):
        start("ResourceLimitExceeded")
