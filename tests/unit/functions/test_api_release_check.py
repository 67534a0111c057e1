import io
import json
from datetime import UTC, datetime

import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from api_release_check import answer_checks, handler
from predict.problems import Kind
from tests.support.lambda_context import CONTEXT

EVENT = {"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "hook"}


def answered(value, status=200):
    return {"statusCode": status, "body": json.dumps(value)}


SPEC = {
    "version": 0.0,
    "Resources": [
        {
            "function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Name": "test-predict",
                    "Alias": "live",
                    "CurrentVersion": "1",
                    "TargetVersion": "2",
                },
            }
        }
    ],
}
UNAVAILABLE = answered({"type": answer_checks.UNAVAILABLE}, 503)


@pytest.fixture
def stubs(monkeypatch):
    variables = {
        "BODY": '{"x": [[0.3]]}',
        "BUCKET": "test",
        "CAPTURE_FOLDER": "data-capture/production/test-production/",
        "CAPTURE_PERCENT": "0",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with Stubber(handler.lambda_) as functions, Stubber(handler.codedeploy) as codedeploy:
        revision = {
            "revisionType": "AppSpecContent",
            "appSpecContent": {"content": json.dumps(SPEC)},
        }
        described = {"deploymentInfo": {"deploymentId": "d-1", "revision": revision}}
        codedeploy.add_response("get_deployment", described, {"deploymentId": "d-1"})
        yield functions, codedeploy


def alias_is_at(stubs, version):
    request = {"FunctionName": "test-predict", "Name": "live"}
    stubs[0].add_response("get_alias", {"FunctionVersion": version}, request)


def answers(stubs, answer, version="2", qualifier="2"):
    payload = json.dumps(answer).encode()
    response = {
        "ExecutedVersion": version,
        "Payload": StreamingBody(io.BytesIO(payload), len(payload)),
    }
    request = {"FunctionName": "test-predict", "Qualifier": qualifier, "Payload": ANY}
    stubs[0].add_response("invoke", response, request)


def reports(stubs, expected):
    functions, codedeploy = stubs
    report = {"deploymentId": "d-1", "lifecycleEventHookExecutionId": "hook", "status": expected}
    codedeploy.add_response("put_lifecycle_event_hook_execution_status", {}, report)
    assert handler.lambda_handler(EVENT, CONTEXT) == {"status": expected}
    functions.assert_no_pending_responses()
    codedeploy.assert_no_pending_responses()


def test_prediction_is_reported_as_success(stubs):
    alias_is_at(stubs, "1")
    answers(stubs, answered(434.08))
    reports(stubs, "Succeeded")


def test_after_the_shift_the_alias_answers_with_the_new_version(stubs):
    alias_is_at(stubs, "2")
    answers(stubs, answered(434.08), qualifier="live")
    reports(stubs, "Succeeded")


def test_version_is_released_while_the_endpoint_serves_no_version(stubs):
    alias_is_at(stubs, "1")
    answers(stubs, UNAVAILABLE)
    answers(stubs, UNAVAILABLE, "1", "1")
    reports(stubs, "Succeeded")


def test_version_that_alone_finds_no_endpoint_is_reported_as_failure(stubs):
    alias_is_at(stubs, "1")
    answers(stubs, UNAVAILABLE)
    answers(stubs, answered(434.08), "1", "1")
    reports(stubs, "Failed")


def test_type_of_the_problem_is_that_of_the_api():
    assert Kind.ENDPOINT_UNAVAILABLE.uri == answer_checks.UNAVAILABLE


@pytest.mark.parametrize(
    "answer",
    [answered(434.08, status=503), answered(float("nan")), answered({}), {"errorMessage": "no"}],
    ids=["problem", "not finite", "no number", "function failed"],
)
def test_anything_else_is_reported_as_failure(stubs, answer):
    alias_is_at(stubs, "1")
    answers(stubs, answer)
    reports(stubs, "Failed")


def test_other_version_than_expected_is_reported_as_failure(stubs):
    alias_is_at(stubs, "1")
    answers(stubs, answered(434.08), version="1")
    reports(stubs, "Failed")


def test_second_report_is_ignored(stubs):
    functions, codedeploy = stubs
    alias_is_at(stubs, "1")
    functions.add_client_error("invoke", "ServiceException")
    code = "LifecycleEventAlreadyCompletedException"
    codedeploy.add_client_error("put_lifecycle_event_hook_execution_status", code)
    assert handler.lambda_handler(EVENT, CONTEXT) == {"status": "Failed"}


def test_request_is_a_proxy_event_with_its_inference_id():
    event = answer_checks.proxy_event("{}", "smoke-d-1", datetime(2024, 10, 10, tzinfo=UTC))
    assert event["headers"]["X-Inference-Id"] == "smoke-d-1"
    assert event["requestContext"]["requestTimeEpoch"] == 1_728_518_400_000
