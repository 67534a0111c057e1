import json

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from deployment_starter import handler
from tests.support.lambda_context import CONTEXT
from tests.support.sagemaker_account import ARN

PACKAGE = f"{ARN}:model-package/test-models/3"
MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:test-deployment"


def approved(time="2024-10-10T00:05:00Z", modified="2024-10-10T00:04:59.000Z", **detail):
    about = {
        "ModelPackageArn": PACKAGE,
        "ModelPackageVersion": 3,
        "ModelApprovalStatus": "Approved",
        "LastModifiedTime": modified,
        "UpdatedModelPackageFields": ["ModelApprovalStatus", "ApprovalDescription"],
    }
    return {"id": time, "time": time, "detail": {**about, **detail}}


@pytest.fixture
def states(monkeypatch):
    monkeypatch.setenv("STATE_MACHINE_ARN", MACHINE)
    with mock_aws():
        client = handler.states
        definition = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
        client.create_state_machine(
            name="test-deployment",
            definition=json.dumps(definition),
            roleArn="arn:aws:iam::123456789012:role/test",
        )
        yield client


def deliver(*events):
    for event in events:
        handler.lambda_handler(event, CONTEXT)


def executions(states):
    return states.list_executions(stateMachineArn=MACHINE)["executions"]


def test_approval_starts_the_deployment_of_its_version(states):
    deliver(approved())
    (execution,) = executions(states)
    assert execution["name"].startswith("model-3-")
    described = states.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(described["input"]) == {
        "package_arn": PACKAGE,
        "version": 3,
        "time": "2024-10-10T00:05:00Z",
    }


def test_redelivered_event_starts_nothing(states):
    deliver(approved(), approved())
    assert len(executions(states)) == 1


def test_second_event_of_the_same_approval_starts_nothing(states):
    deliver(approved(), approved(time="2024-10-10T00:05:03Z"))
    assert len(executions(states)) == 1


def test_version_approved_again_is_deployed_again(states):
    deliver(approved(), approved(modified="2024-10-11T00:00:00.000Z"))
    assert len(executions(states)) == 2


def test_other_change_of_an_approved_version_is_ignored(states):
    deliver(approved(UpdatedModelPackageFields=["CustomerMetadataProperties"]))
    assert executions(states) == []


def test_missing_state_machine_is_an_error(states, monkeypatch):
    monkeypatch.setenv("STATE_MACHINE_ARN", MACHINE + "-gone")
    with pytest.raises(ClientError, match="StateMachineDoesNotExist"):
        deliver(approved())
