import json
from datetime import UTC, datetime

import pytest
from botocore.stub import ANY, Stubber

from cli.main import main


def add_pending(deployment, version):
    value = json.dumps({"task_token": "a-token", "package_arn": "arn", "requested_at": "now"})
    deployment.parameter(f"approval/pending/production-{version}", value, "SecureString")


def pending(deployment):
    path = "/evergreen/approval/pending"
    found = deployment.clients("ssm").get_parameters_by_path(Path=path)["Parameters"]
    return [parameter["Name"] for parameter in found]


@pytest.fixture
def states(deployment):
    with Stubber(deployment.clients("stepfunctions")) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.mark.parametrize(("command", "status"), [("approve", "Approved"), ("reject", "Rejected")])
def test_decision_on_the_only_pending_package(deployment, capsys, command, status):
    arn = deployment.package()
    assert main([command, "--comment", "looked at it"], deployment.connect) == 0
    package = deployment.clients("sagemaker").describe_model_package(ModelPackageName=arn)
    assert package["ModelApprovalStatus"] == status
    assert package["ApprovalDescription"] == "looked at it"
    assert capsys.readouterr().out == f"⑤ {status.lower()} model 1 for staging.\n"


def test_approved_deployment_continues(deployment, states, capsys):
    add_pending(deployment, 3)
    states.add_response(
        "send_task_success",
        {},
        {"taskToken": "a-token", "output": ANY},
    )
    sent = {}
    deployment.clients("stepfunctions").meta.events.register(
        "provide-client-params.sfn.SendTaskSuccess", lambda params, **_: sent.update(params)
    )
    assert main(["approve", "--comment", "good", "--json"], deployment.connect) == 0
    assert json.loads(capsys.readouterr().out) == {
        "decision": "approved",
        "stage": "production",
        "version": 3,
        "comment": "good",
    }
    output = json.loads(sent["output"])
    assert (output["path"], output["comment"]) == ("evergreen approve", "good")
    assert output["by"].startswith("arn:aws:")
    assert pending(deployment) == []


def test_rejected_deployment_fails_with_the_comment(deployment, states):
    add_pending(deployment, 3)
    states.add_response(
        "send_task_failure",
        {},
        {"taskToken": "a-token", "error": "ApprovalRejected", "cause": "too late"},
    )
    assert main(["reject", "3", "--comment", "too late"], deployment.connect) == 0
    assert pending(deployment) == []


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_expired_approval_is_removed_with_a_message(deployment, states, capsys, code):
    add_pending(deployment, 3)
    states.add_client_error("send_task_success", code)
    assert main(["approve"], deployment.connect) == 1
    assert "no longer waits for model 3 for production" in capsys.readouterr().err
    assert pending(deployment) == []


def test_error_of_aws_leaves_the_approval_pending(deployment, states, capsys):
    add_pending(deployment, 3)
    states.add_client_error("send_task_success", "AccessDeniedException", "not you")
    assert main(["approve"], deployment.connect) == 1
    assert "rejected SendTaskSuccess: AccessDeniedException: not you" in capsys.readouterr().err
    assert pending(deployment) == ["/evergreen/approval/pending/production-3"]


def test_decision_without_pending_approval_fails(deployment, states, capsys):
    states.add_response("list_executions", {"executions": []})
    with Stubber(deployment.clients("sagemaker")) as stub:
        stub.add_response("list_model_packages", {"ModelPackageSummaryList": []})
        stub.add_response("list_pipeline_executions", {"PipelineExecutionSummaries": []})
        assert main(["approve"], deployment.connect) == 1
    assert capsys.readouterr().err.endswith("evergreen: no approval is pending\n")


def test_ambiguous_decision_lists_the_pending_approvals(deployment, capsys):
    deployment.package()
    add_pending(deployment, 7)
    assert main(["approve"], deployment.connect) == 1
    error = capsys.readouterr().err
    assert "2 approvals are pending" in error
    assert "model 1 for staging" in error
    assert "model 7 for production" in error
    assert pending(deployment)


def test_stage_selects_one_of_two_pending_approvals(deployment, capsys):
    deployment.package()
    add_pending(deployment, 7)
    assert main(["approve", "--stage", "staging"], deployment.connect) == 0
    assert "model 1 for staging" in capsys.readouterr().out


def test_unknown_version_lists_the_pending_approvals(deployment, capsys):
    deployment.package()
    assert main(["approve", "9", "--json"], deployment.connect) == 1
    printed = capsys.readouterr()
    assert "Pending: model 1 for staging" in printed.err
    assert "Pending: model 1 for staging" in json.loads(printed.out)["error"]


def test_nothing_to_decide_says_what_is_under_way(deployment, states, capsys):
    started = datetime(2024, 10, 10, 13, tzinfo=UTC)
    arn = "arn:aws:states:eu-west-1:123456789012:execution:evergreen-deployment:1"
    machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:evergreen-deployment"
    running = {"executionArn": arn, "stateMachineArn": machine, "name": "1"}
    running |= {"status": "RUNNING", "startDate": started}
    states.add_response("list_executions", {"executions": [running]})
    entered = {"stateEnteredEventDetails": {"name": "WaitForStaging"}}
    event = {"timestamp": started, "type": "TaskStateEntered", "id": 1, **entered}
    states.add_response("get_execution_history", {"events": [event]})
    assert main(["approve"], deployment.connect) == 1
    assert capsys.readouterr().err.endswith(
        "no approval is pending: a deployment is at WaitForStaging, since 2024-10-10T13:00:00Z\n"
    )
