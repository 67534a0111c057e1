import io
import json
from datetime import UTC, datetime

import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from api_release_check import answer_checks, handler
from tests.support.lambda_context import CONTEXT

EVENT = {"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "hook"}


def answered(value, status=200):
    return {"statusCode": status, "body": json.dumps(value)}


@pytest.fixture
def stubs(monkeypatch):
    variables = {
        "BODY": '{"x": [[0.3]]}',
        "BUCKET": "test",
        "CAPTURE_FOLDER": "data-capture/production/test-production/",
        "CAPTURE_PERCENT": "0",
        "FUNCTION_NAME": "test-predict",
        "QUALIFIER": "2",
        "VERSION": "2",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with Stubber(handler.lambda_) as functions, Stubber(handler.codedeploy) as codedeploy:
        yield functions, codedeploy


def run(stubs, answer, expected, version="2"):
    functions, codedeploy = stubs
    payload = json.dumps(answer).encode()
    response = {
        "ExecutedVersion": version,
        "Payload": StreamingBody(io.BytesIO(payload), len(payload)),
    }
    request = {"FunctionName": "test-predict", "Qualifier": "2", "Payload": ANY}
    functions.add_response("invoke", response, request)
    report = {"deploymentId": "d-1", "lifecycleEventHookExecutionId": "hook", "status": expected}
    codedeploy.add_response("put_lifecycle_event_hook_execution_status", {}, report)
    assert handler.lambda_handler(EVENT, CONTEXT) == {"status": expected}
    codedeploy.assert_no_pending_responses()


def test_prediction_is_reported_as_success(stubs):
    run(stubs, answered(434.08), "Succeeded")


@pytest.mark.parametrize(
    "answer",
    [answered(434.08, status=503), answered(float("nan")), answered({}), {"errorMessage": "no"}],
    ids=["problem", "not finite", "no number", "function failed"],
)
def test_anything_else_is_reported_as_failure(stubs, answer):
    run(stubs, answer, "Failed")


def test_other_version_than_expected_is_reported_as_failure(stubs):
    run(stubs, answered(434.08), "Failed", version="1")


def test_second_report_is_ignored(stubs):
    functions, codedeploy = stubs
    functions.add_client_error("invoke", "ServiceException")
    code = "LifecycleEventAlreadyCompletedException"
    codedeploy.add_client_error("put_lifecycle_event_hook_execution_status", code)
    assert handler.lambda_handler(EVENT, CONTEXT) == {"status": "Failed"}


def test_request_is_a_proxy_event_with_its_inference_id():
    event = answer_checks.proxy_event("{}", "smoke-d-1", datetime(2024, 10, 10, tzinfo=UTC))
    assert event["headers"]["X-Inference-Id"] == "smoke-d-1"
    assert event["requestContext"]["requestTimeEpoch"] == 1_728_518_400_000
