"""Permissions of requests to CodeDeploy."""

import json

from local.http_messages import Request
from local.iam import deployment_groups, service_requests

PREFIX = "arn:aws:codedeploy:eu-west-1:123456789012"


def checks(operation, **fields):
    headers = {"x-amz-target": f"CodeDeploy_20141006.{operation}"}
    request = Request("POST", "/", {}, headers, json.dumps(fields).encode())
    return service_requests.checks("codedeploy", request)


def test_deployment_needs_group_revision_and_configuration():
    found = checks("CreateDeployment", applicationName="a", deploymentGroupName="live")
    assert {check.action: check.resource for check in found} == {
        "codedeploy:CreateDeployment": f"{PREFIX}:deploymentgroup:a/live",
        "codedeploy:GetApplicationRevision": f"{PREFIX}:application:a",
        "codedeploy:GetDeploymentConfig": f"{PREFIX}:deploymentconfig:*",
        "codedeploy:RegisterApplicationRevision": f"{PREFIX}:application:a",
    }


def test_report_of_a_hook_is_for_the_group_of_its_deployment(monkeypatch):
    group = f"{PREFIX}:deploymentgroup:a/live"
    monkeypatch.setitem(deployment_groups.arns, "d-1", group)
    [check] = checks("PutLifecycleEventHookExecutionStatus", deploymentId="d-1")
    assert check.resource == group


def test_group_passes_its_role():
    role = "arn:aws:iam::123456789012:role/canary"
    found = checks(
        "CreateDeploymentGroup",
        applicationName="a",
        deploymentGroupName="live",
        serviceRoleArn=role,
    )
    [passed] = [check for check in found if check.action == "iam:PassRole"]
    assert passed.resource == role
    assert passed.context == {"iam:PassedToService": "codedeploy.amazonaws.com"}


def test_tags_are_those_of_the_resource():
    [check] = checks("ListTagsForResource", ResourceArn=f"{PREFIX}:application:a")
    assert check.resource == f"{PREFIX}:application:a"
    assert check.action == "codedeploy:ListTagsForResource"


def test_request_about_an_alias_needs_its_own_permission():
    path = "/2015-03-31/functions/predict/aliases/live"
    actions = {}
    for method in ("GET", "PUT", "DELETE"):
        [check] = service_requests.checks("lambda", Request(method, path, {}, {}, b"{}"))
        assert check.resource == "arn:aws:lambda:eu-west-1:123456789012:function:predict"
        actions[method] = check.action
    assert list(actions.values()) == [
        "lambda:GetAlias",
        "lambda:UpdateAlias",
        "lambda:DeleteAlias",
    ]
