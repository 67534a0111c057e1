import json

import pytest
from botocore.stub import Stubber

from api_releaser import handler
from tests.support.lambda_context import CONTEXT

NAMES = {"applicationName": "test-api", "deploymentGroupName": "live"}
ACTIVE = ["Created", "Queued", "InProgress", "Ready"]


@pytest.fixture
def stubs(monkeypatch):
    monkeypatch.setenv("ALIAS", "live")
    monkeypatch.setenv("APPLICATION_NAME", "test-api")
    monkeypatch.setenv("DEPLOYMENT_GROUP_NAME", "live")
    monkeypatch.setenv("FUNCTION_NAME", "test-predict")
    monkeypatch.setenv("HOOKS", json.dumps({"BeforeAllowTraffic": "test-check"}))
    with Stubber(handler.lambda_) as functions, Stubber(handler.codedeploy) as codedeploy:
        alias = {"FunctionName": "test-predict", "Name": "live"}
        functions.add_response("get_alias", {"FunctionVersion": "1"}, alias)
        yield codedeploy
        functions.assert_no_pending_responses()
        codedeploy.assert_no_pending_responses()


def test_version_of_the_alias_is_not_deployed(stubs):
    assert handler.lambda_handler({"version": "1"}, CONTEXT) == {"status": "Live"}


def test_running_deployment_is_not_started_again(stubs):
    expected = {**NAMES, "includeOnlyStatuses": ACTIVE}
    stubs.add_response("list_deployments", {"deployments": ["d-1"]}, expected)
    info = {"deploymentInfo": {"description": "version 2"}}
    stubs.add_response("get_deployment", info, {"deploymentId": "d-1"})
    found = handler.lambda_handler({"version": "2"}, CONTEXT)
    assert found == {"status": "AlreadyStarted", "deployment": "d-1"}


def test_new_version_is_deployed_from_the_present_one(stubs):
    expected = {**NAMES, "includeOnlyStatuses": ACTIVE}
    stubs.add_response("list_deployments", {"deployments": []}, expected)
    revision = handler.release.revision(
        "test-predict", "live", "1", "2", {"BeforeAllowTraffic": "test-check"}
    )
    request = {**NAMES, "description": "version 2", "revision": revision}
    stubs.add_response("create_deployment", {"deploymentId": "d-2"}, request)
    found = handler.lambda_handler({"version": "2"}, CONTEXT)
    assert found == {"status": "Started", "deployment": "d-2"}
    content = json.loads(revision["appSpecContent"]["content"])
    properties = content["Resources"][0]["function"]["Properties"]
    assert (properties["CurrentVersion"], properties["TargetVersion"]) == ("1", "2")
    assert content["Hooks"] == [{"BeforeAllowTraffic": "test-check"}]
