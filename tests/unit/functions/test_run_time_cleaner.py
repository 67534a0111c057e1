"""Clean-up of an account in which two deployments ran."""

import json

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from run_time_cleaner import deletion, handler, idle_workflow
from tests.support.aws_calls import CallError, stubbed
from tests.support.lambda_context import context
from tests.support.sagemaker_account import ARN, Account

DESTROY = {"prefix": "test", "tf": {"action": "delete", "prev_input": {"prefix": "test"}}}
OTHERS = {
    "models": {"test-two-v1", "pipelines-zzz-CreateModel-1234567890", "my-test-v1"},
    "configs": {"test-two-staging-v1", "test-staging-canary"},
    "endpoints": {"test-two-staging", "test-production-shadow"},
}
GROUP = f"{ARN}:model-package"
MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:test-training"


@pytest.fixture
def account(monkeypatch):
    settings = {
        "MODEL_PACKAGE_GROUP_NAME": "test-models",
        "PENDING_PATH": "/test/approval/pending",
        "PREFIX": "test",
        "WORKFLOW_ARNS": json.dumps([f"{ARN}:pipeline/test-training", MACHINE]),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    account = Account()
    ours = {"test-v1", "test-v12", "pipelines-abc123-CreateModel-1234567890"}
    account.models = {name: {} for name in ours | OTHERS["models"]}
    split = "test-production-v12-split-v1-2000"
    for name in OTHERS["configs"] | {"test-staging-v1", "test-production-v12", split}:
        account.configs[name] = {}
    for name in OTHERS["endpoints"] | {"test-staging", "test-pre-traffic", "test-production"}:
        config = {"test-staging": "test-staging-v1", "test-production": split}
        serving = {"EndpointConfigName": config.get(name, "other"), "EndpointStatus": "InService"}
        account.endpoints[name] = serving
    account.packages = {f"{GROUP}/test-models/{n}": "test-models" for n in (1, 12)}
    account.packages[f"{GROUP}/test-two-models/1"] = "test-two-models"
    execution = f"{ARN}:pipeline/test-training/execution/"
    account.executions = [
        {"PipelineExecutionArn": execution + "abc123", "PipelineExecutionStatus": "Executing"},
        {"PipelineExecutionArn": execution + "def456", "PipelineExecutionStatus": "Failed"},
    ]
    with mock_aws():
        for n in range(12):
            handler.ssm.put_parameter(
                Name=f"/test/approval/pending/production-{n}", Value="x", Type="SecureString"
            )
        handler.ssm.put_parameter(Name="/test/operations/paused", Value="{}", Type="String")
        handler.ssm.put_parameter(Name="/test/approval/policy", Value="m", Type="String")
        states, role = handler.stepfunctions, "arn:aws:iam::123456789012:role/test-training"
        states.create_state_machine(name="test-training", definition="{}", roleArn=role)
        for name in ("running", "ended"):
            states.start_execution(stateMachineArn=MACHINE, name=name)
        states.stop_execution(executionArn=f"{MACHINE.replace('stateMachine', 'execution')}:ended")
        yield account


def clean(account, event=DESTROY, milliseconds=900_000):
    with stubbed(handler.sagemaker, account.operations()) as seen:
        return handler.lambda_handler(event, context(milliseconds)), seen


def test_destroy_leaves_nothing_of_ours_and_everything_of_others(account):
    done, _ = clean(account)
    assert done == {
        "trainings": 2,  # of a pipeline and of a state machine
        "endpoints": 3,
        "endpoint_configs": 3,
        "models": 3,
        "packages": 2,
        "parameters": 13,
    }
    assert set(account.models) == OTHERS["models"]
    assert set(account.configs) == OTHERS["configs"]
    assert set(account.endpoints) == OTHERS["endpoints"]
    assert list(account.packages) == [f"{GROUP}/test-two-models/1"]
    assert [item["PipelineExecutionStatus"] for item in account.executions] == [
        "Stopped",
        "Failed",
    ]
    assert running(MACHINE) == set()
    left = handler.ssm.describe_parameters()["Parameters"]
    assert [item["Name"] for item in left] == ["/test/approval/policy"]


def test_redelivered_destroy_changes_nothing(account):
    clean(account)
    done, seen = clean(account)
    assert set(done.values()) == {0}
    assert not [name for name, _ in seen if not name.startswith("List")]


@pytest.mark.parametrize("action", ["create", "update"])
def test_other_actions_of_terraform_do_nothing(account, action):
    assert clean(account, {"prefix": "test", "tf": {"action": action}}) == ({}, [])
    assert clean(account, {"prefix": "test"}) == ({}, [])


def test_unknown_input_deletes_nothing(account):
    unknown = {"of_another_release": "x", "tf": {"action": "delete"}}
    assert clean(account, unknown) == ({}, [])


@pytest.mark.parametrize("workflow", [f"{ARN}:pipeline/test-training", MACHINE], ids=["p", "m"])
def test_workflow_with_a_running_training_is_not_replaced(account, workflow):
    replaced = {"idle_workflow_arn": workflow, "workflow_arn": "another"}
    with pytest.raises(idle_workflow.TrainingRunningError, match=r"^training.workflow: got 'arn:"):
        clean(account, replaced)
    assert account.executions[0]["PipelineExecutionStatus"] == "Executing"
    assert len(running(MACHINE)) == 1
    clean(account)  # ends both
    assert clean(account, replaced)[0] == {}


def test_workflow_that_does_not_exist_may_be_replaced(account):
    assert clean(account, {"idle_workflow_arn": MACHINE.replace("test", "new")}) == ({}, [])


def test_clean_up_waits_for_an_endpoint_being_created(account, monkeypatch):
    account.endpoints["test-staging"]["EndpointStatus"] = "Creating"
    waited = []

    def until_it_serves(seconds):
        waited.append(seconds)
        account.endpoints["test-staging"]["EndpointStatus"] = "InService"

    monkeypatch.setattr("time.sleep", until_it_serves)
    clean(account)
    assert waited == [deletion.POLL_SECONDS]
    assert "test-staging" not in account.endpoints


def test_error_lists_what_is_left_when_time_runs_out_and_a_repetition_continues(account):
    account.endpoints["test-staging"]["EndpointStatus"] = "Creating"
    with pytest.raises(deletion.CleanUpIncompleteError, match=r"test-staging .*in-progress"):
        clean(account, milliseconds=19_000)
    account.endpoints["test-staging"]["EndpointStatus"] = "InService"
    assert clean(account)[0]["endpoints"] == 1
    assert set(account.endpoints) == OTHERS["endpoints"]


def test_missing_permission_is_an_error(account):
    def refuse(**_):
        raise CallError("AccessDeniedException")

    account.delete_model = refuse
    with pytest.raises(ClientError, match="AccessDenied"):
        clean(account)


@pytest.fixture
def machine(account):
    """Return the ARN of a state machine with three executions, of which one has ended."""
    role = "arn:aws:iam::123456789012:role/test-deployment"
    client = handler.stepfunctions
    arns = [
        client.create_state_machine(name=name, definition="{}", roleArn=role)["stateMachineArn"]
        for name in ("test-deployment", "test-two-deployment")
    ]
    for name in ("waiting", "deploying", "ended"):
        for arn in arns:
            client.start_execution(stateMachineArn=arn, name=name)
    client.stop_execution(executionArn=f"{arns[0].replace('stateMachine', 'execution')}:ended")
    return arns[0]


def running(arn):
    found = handler.stepfunctions.list_executions(stateMachineArn=arn, statusFilter="RUNNING")
    return {execution["name"] for execution in found["executions"]}


def test_deployments_that_wait_for_an_approval_are_stopped(account, machine):
    event = {"state_machine_arn": machine, **DESTROY}
    done, seen = clean(account, event)
    assert (done, seen) == ({"deployments": 2}, [])
    assert running(machine) == set()
    assert running(machine.replace("test", "test-two")) == {"waiting", "deploying", "ended"}
    assert clean(account, event)[0] == {"deployments": 0}


def test_nothing_is_stopped_unless_the_machine_is_destroyed(account, machine):
    event = {"state_machine_arn": machine, "tf": {"action": "create"}}
    assert clean(account, event)[0] == {}
    assert running(machine) == {"waiting", "deploying"}


def test_machine_that_is_deleted_has_no_deployments(account):
    arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:test-deployment"
    assert clean(account, {"state_machine_arn": arn, **DESTROY})[0] == {"deployments": 0}
