"""What every API answers: problems, inference ids, health, CORS, metrics, the log."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import ReadTimeoutError

from predict import inference
from predict.settings import Settings
from tests.support.aws_calls import CallError
from tests.support.predict_api import REQUEST_ID, environment, event, model_error

FUNCTIONS = Path(__file__).parents[4] / "functions"
BODY = {"x": [[0.3]]}


def test_problem_has_all_members(linear):
    answer = linear.call("POST", "/stream", {"x": [["a"]]}, x_inference_id="mine")
    assert answer.json == {
        "type": "urn:evergreen:problem:invalid-value",
        "title": "A value is not what the model takes",
        "status": 400,
        "detail": "/x/0/0: got 'a', expected a finite number",
        "instance": REQUEST_ID,
        "inference_id": "mine",
        "errors": [
            {"pointer": "/x/0/0", "detail": "/x/0/0: got 'a', expected a finite number"},
        ],
    }
    assert answer.headers["x-inference-id"] == "mine"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ThrottlingException", 429),
        ("ValidationError", 503),
        ("ServiceUnavailable", 503),
        ("ModelNotReadyException", 503),
        ("InternalFailure", 502),
        ("AccessDeniedException", 502),
    ],
)
def test_errors_of_sagemaker_are_explained_in_the_log_only(linear, code, status, capsys):
    linear.fails = CallError(code, "role of account 123456789012")
    answer = linear.call("POST", "/stream", BODY)
    assert (answer.status, answer.json["detail"]) == (
        status,
        f"endpoint test-production: got {code}, expected an answer",
    )
    assert json.loads(capsys.readouterr().out)["cause"] == "role of account 123456789012"


@pytest.mark.parametrize(
    ("original", "status"),
    [(400, 400), (415, 400), (413, 413), (429, 429), (500, 502), (503, 503)],
)
def test_errors_of_the_model_have_its_sentence(linear, original, status):
    with model_error(linear, original):
        answer = linear.call("POST", "/stream", BODY)
    assert (answer.status, answer.json["detail"]) == (status, "the model: no such luck")


def test_message_of_our_containers_is_unwrapped_and_cut(linear):
    for message, expected in (
        ('{"error": "x: got 1"}', "x: got 1"),
        ('{"other": 1}', '{"other": 1}'),
        ("[]", "[]"),
        ("y" * 2000, "y" * 1000),
    ):
        with model_error(linear, 400, message):
            answer = linear.call("POST", "/stream", BODY)
        assert answer.json["detail"] == f"the model: {expected}"


def test_endpoint_that_does_not_answer_in_time_is_unavailable(linear):
    linear.fails = ReadTimeoutError(endpoint_url="https://runtime")
    assert linear.call("POST", "/stream", BODY).status == 503


def test_body_that_sagemaker_would_refuse_is_too_large(linear, monkeypatch):
    monkeypatch.setattr(inference, "MAX_BYTES", 100)
    answer = linear.call("POST", "/stream", f"{json.dumps(BODY)}{' ' * 100}")
    assert (answer.status, answer.json["type"]) == (413, "urn:evergreen:problem:too-large")
    linear.response = b" " * 101
    assert linear.call("POST", "/stream", BODY).status == 413


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/json+x", ","])
def test_other_content_types_are_refused(linear, kind):
    answer = linear.call("POST", "/stream", BODY, content_type=kind)
    assert (answer.status, answer.json["detail"]) == (
        415,
        f"Content-Type: got '{kind}', expected application/json or text/csv",
    )


def test_forecaster_takes_no_csv(forecaster):
    assert forecaster.call("POST", "/stream", "1", content_type="text/csv").status == 415


def test_json_is_the_default_and_its_parameters_are_ignored(linear):
    assert linear.call("POST", "/stream", BODY).status == 200
    kind = "Application/JSON; charset=utf-8"
    assert linear.call("POST", "/stream", BODY, content_type=kind).status == 200


@pytest.mark.parametrize("body", [None, "", "  "])
def test_empty_body_is_refused(linear, body):
    assert linear.call("POST", "/stream", body).json["detail"].startswith("body: got nothing")


def test_body_may_be_base64(linear):
    encoded = base64.b64encode(json.dumps(BODY).encode()).decode()
    for body, status in ((encoded, 200), ("///", 400), (base64.b64encode(b"\xff").decode(), 400)):
        found = linear.deliver(event("POST", "/stream", body) | {"isBase64Encoded": True})
        assert found.status == status


def test_inference_id_is_the_clients_or_that_of_the_request(linear):
    assert linear.call("POST", "/stream", BODY).headers["x-inference-id"] == REQUEST_ID
    answer = linear.call("POST", "/stream", BODY, x_inference_id="order-17")
    assert answer.headers["x-inference-id"] == "order-17"
    assert [request["InferenceId"] for request in linear.requests] == [REQUEST_ID, "order-17"]


@pytest.mark.parametrize("text", ["x" * 65, "a b", "é", "a\n"])
def test_malformed_inference_id_is_refused(linear, text):
    answer = linear.call("POST", "/stream", BODY, x_inference_id=text)
    assert (answer.status, answer.json["type"]) == (400, "urn:evergreen:problem:invalid-header")
    assert answer.headers["x-inference-id"] == REQUEST_ID


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/stream"), ("POST", "/"), ("GET", "/other")]
)
def test_unknown_routes(linear, method, path):
    answer = linear.call(method, path)
    assert (answer.status, answer.content_type) == (404, "application/problem+json")


def test_health_reports_status_and_version(linear):
    answer = linear.call("GET", "/health")
    assert answer.json == {"endpoint": "test-production", "status": "InService", "version": 7}
    linear.status = "Updating"
    assert linear.call("GET", "/health").status == 200


@pytest.mark.parametrize("status", [None, "Creating", "Failed", "Deleting", "OutOfService"])
def test_health_of_an_endpoint_that_does_not_serve(linear, status):
    linear.status = status
    answer = linear.call("GET", "/health")
    assert (answer.status, answer.json["type"]) == (
        503,
        "urn:evergreen:problem:endpoint-unavailable",
    )


def not_ready(out):
    """Return how many requests were counted as not ready, for this endpoint."""
    documents = [json.loads(line) for line in out.splitlines()]
    found = [document for document in documents if "RequestsNotReady" in document]
    assert {document["EndpointName"] for document in found} <= {"test-production"}
    return sum(sum(document["RequestsNotReady"]) for document in found)


@pytest.mark.parametrize(
    ("status", "counted"),
    [(None, 1), ("Creating", 1), ("Failed", 0), ("OutOfService", 0), ("InService", 0)],
)
def test_health_is_no_fault_before_there_is_an_endpoint(linear, capsys, status, counted):
    linear.status = status
    linear.call("GET", "/health")
    assert not_ready(capsys.readouterr().out) == counted


@pytest.mark.parametrize(
    ("code", "message", "counted"),
    [
        ("ValidationError", "Endpoint test-production of account 123456789012 not found.", 1),
        ("ValidationError", "Endpoint test-production is Failed, not InService.", 0),
        ("ServiceUnavailable", "try again", 0),
        ("AccessDeniedException", "not you", 0),
    ],
)
def test_request_is_no_fault_before_there_is_an_endpoint(linear, capsys, code, message, counted):
    linear.fails = CallError(code, message)
    assert linear.call("POST", "/stream", BODY).status >= 500
    assert not_ready(capsys.readouterr().out) == counted


def test_only_pages_of_allowed_origins_may_call(linear, monkeypatch):
    page, name = "https://forms.example.com", "access-control-allow-origin"
    assert name not in linear.call("POST", "/stream", BODY, origin=page).headers
    monkeypatch.setenv("CORS_ORIGINS", json.dumps([page]))
    assert linear.call("POST", "/stream", BODY, origin=page).headers[name] == page
    assert linear.call("POST", "/stream", "{", origin=page).headers[name] == page
    answer = linear.call("OPTIONS", "/stream", origin=page)
    assert (answer.status, answer.headers[name]) == (204, page)
    assert "X-Api-Key" in answer.headers["access-control-allow-headers"]
    other = linear.call("POST", "/stream", BODY, origin="https://other.example.com").headers
    assert (name in other, other["vary"]) == (False, "Origin")


def test_request_is_logged_once(linear, capsys):
    linear.call("POST", "/stream", {"x": 1}, x_inference_id="mine")
    [log] = map(json.loads, capsys.readouterr().out.splitlines())
    assert (log["message"], log["route"], log["status"]) == (
        "request answered",
        "POST /stream",
        400,
    )
    assert (log["inference_id"], log["problem"]) == ("mine", "INVALID_VALUE")


@pytest.mark.parametrize("name", ["CORS_ORIGINS", "ENDPOINT_NAME", "MAX_ROWS", "RECORD"])
@pytest.mark.parametrize("value", ["", "{"])
def test_missing_or_malformed_settings_are_named(monkeypatch, name, value):
    for key, text in environment("abalone", **{name: value}).items():
        monkeypatch.setenv(key, text)
    if (name, value) == ("ENDPOINT_NAME", "{"):
        return
    with pytest.raises(ValueError, match=f"^{name}: got"):
        Settings.from_env()


def test_pydantic_is_not_imported_and_garbage_is_collected_after_the_start():
    code = (
        "import gc, sys; sys.path[:0] = sys.argv[1:]; import predict.handler; "
        "print('pydantic' in sys.modules, gc.isenabled(), gc.get_freeze_count() > 10_000)"
    )
    argv = [sys.executable, "-c", code, str(FUNCTIONS)]
    variables = {"AWS_DEFAULT_REGION": "eu-west-1", "POWERTOOLS_SERVICE_NAME": "test"}
    done = subprocess.run(argv, env=variables, capture_output=True, text=True, check=True)
    assert done.stdout == "False True True\n"


def test_refused_inference_id_says_what_is_expected(linear):
    answer = linear.call("POST", "/stream", BODY, x_inference_id="a b")
    assert answer.json["detail"].startswith(
        "X-Inference-Id: got 'a b', expected 1 to 64 printable"
    )
