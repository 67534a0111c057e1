import json

import pytest
from botocore.stub import Stubber

from cli.main import main


def waits(deployment, version):
    value = json.dumps({"task_token": "a-token", "package_arn": "arn", "requested_at": "now"})
    deployment.parameter(f"approval/pending/production-{version}", value, "SecureString")


def waiting(deployment):
    path = "/evergreen/approval/pending"
    found = deployment.clients("ssm").get_parameters_by_path(Path=path)["Parameters"]
    return [parameter["Name"] for parameter in found]


@pytest.fixture
def answers(deployment):
    with Stubber(deployment.clients("stepfunctions")) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.mark.parametrize(("command", "status"), [("approve", "Approved"), ("reject", "Rejected")])
def test_the_only_pending_package_is_answered(deployment, capsys, command, status):
    arn = deployment.package()
    assert main([command, "--comment", "looked at it"], deployment.connect) == 0
    package = deployment.clients("sagemaker").describe_model_package(ModelPackageName=arn)
    assert package["ModelApprovalStatus"] == status
    assert package["ApprovalDescription"] == "looked at it"
    assert capsys.readouterr().out == f"⑤ {status.lower()} model 1 for staging.\n"


def test_an_approved_deployment_continues(deployment, answers, capsys):
    waits(deployment, 3)
    answers.add_response(
        "send_task_success",
        {},
        {"taskToken": "a-token", "output": '{"approved": true, "comment": "good"}'},
    )
    assert main(["approve", "--comment", "good", "--json"], deployment.connect) == 0
    assert json.loads(capsys.readouterr().out) == {
        "answer": "approved",
        "stage": "production",
        "version": 3,
        "comment": "good",
    }
    assert waiting(deployment) == []


def test_a_rejected_deployment_fails_with_the_comment(deployment, answers):
    waits(deployment, 3)
    answers.add_response(
        "send_task_failure",
        {},
        {"taskToken": "a-token", "error": "ApprovalRejected", "cause": "too late"},
    )
    assert main(["reject", "3", "--comment", "too late"], deployment.connect) == 0
    assert waiting(deployment) == []


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_an_expired_approval_is_removed_with_a_message(deployment, answers, capsys, code):
    waits(deployment, 3)
    answers.add_client_error("send_task_success", code)
    assert main(["approve"], deployment.connect) == 1
    assert "no longer waits for model 3 for production" in capsys.readouterr().err
    assert waiting(deployment) == []


def test_an_answer_that_aws_refuses_leaves_the_approval_pending(deployment, answers, capsys):
    waits(deployment, 3)
    answers.add_client_error("send_task_success", "AccessDeniedException", "not you")
    assert main(["approve"], deployment.connect) == 1
    assert "refused SendTaskSuccess: AccessDeniedException: not you" in capsys.readouterr().err
    assert waiting(deployment) == ["/evergreen/approval/pending/production-3"]


def test_without_pending_approval_it_fails(deployment, capsys):
    assert main(["approve"], deployment.connect) == 1
    assert capsys.readouterr().err.endswith("evergreen: no approval is pending\n")


def test_several_pending_approvals_are_listed_and_none_is_answered(deployment, capsys):
    deployment.package()
    waits(deployment, 7)
    assert main(["approve"], deployment.connect) == 1
    error = capsys.readouterr().err
    assert "2 approvals are pending" in error
    assert "model 1 for staging" in error
    assert "model 7 for production" in error
    assert waiting(deployment)


def test_the_stage_selects_one_of_two_pending_approvals(deployment, capsys):
    deployment.package()
    waits(deployment, 7)
    assert main(["approve", "--stage", "staging"], deployment.connect) == 0
    assert "model 1 for staging" in capsys.readouterr().out


def test_a_version_that_is_not_pending_is_refused_with_the_list(deployment, capsys):
    deployment.package()
    assert main(["approve", "9", "--json"], deployment.connect) == 1
    printed = capsys.readouterr()
    assert "Pending: model 1 for staging" in printed.err
    assert "Pending: model 1 for staging" in json.loads(printed.out)["error"]
