"""The HTTP API that Terraform created, before a model is deployed."""

import json
import urllib.error
import urllib.request
from collections import Counter

import pytest

from tests.support.deployed_loop import evergreen
from tests.support.openapi_documents import check
from tests.support.predict_api import Answer

pytestmark = pytest.mark.integration

ALARM = "evergreen-forecaster-api-errors"
SERIES = {"start": "2024-10-10 00:00:00", "target": [1, 2]}


@pytest.fixture(scope="module")
def call(aws, outputs):
    _, address = evergreen(aws, "api", "url")
    _, secret = evergreen(aws, "api", "key")

    def send(method, path, body=None, key=secret["key"], kind="application/json"):
        headers = {"Content-Type": kind, **({"x-api-key": key} if key else {})}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address["url"] + path, data, headers, method=method)
        try:
            response = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            found = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, found, response.read().decode())

    return send


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (("GET", "/health"), 503),
        (("GET", "/health", None, None), 403),
        (("GET", "/health", None, "x" * 40), 403),
        (("POST", "/stream", SERIES), 503),
        (("POST", "/stream", []), 400),
        (("POST", "/stream", {**SERIES, "start": 1}), 400),
        (("POST", "/batch", {"instances": [SERIES]}), 503),
        (("POST", "/batch", {"records": []}), 400),
    ],
)
def test_answer_is_a_documented_problem(call, request_, status):
    answer = call(*request_)
    assert (answer.status, answer.content_type) == (status, "application/problem+json")
    check("forecaster", *request_[:2], answer)


def test_forecast_without_features_is_a_documented_problem(call):
    answer = call("GET", "/forecast")
    assert answer.status == 503
    check("forecaster", "GET", "/forecast", answer)


@pytest.mark.parametrize(("faulty", "status", "state"), [(False, 503, "OK"), (True, 502, "ALARM")])
def test_alarm_counts_faults_and_not_that_there_is_no_model_yet(aws, call, faulty, status, state):
    aws.next_hour()
    fault = {"service": "sagemaker", "operation": "DescribeEndpoint", "status": 400, "times": 6}
    if faulty:
        aws.post("faults", faults=[fault])
    answers = Counter()
    while answers[status] < 6 and answers.total() < 100:  # some are refused by the usage plan
        answers[call("GET", "/health").status] += 1
    assert set(answers) - {429} == {status}
    aws.pass_minutes(2)
    [alarm] = aws.client("cloudwatch").describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
    assert alarm["StateValue"] == state


def test_unknown_route_and_content_type(call):
    assert call("GET", "/models").json["type"] == "urn:evergreen:problem:not-found"
    assert call("DELETE", "/stream").status == 404
    assert call("POST", "/stream", SERIES, kind="text/csv").status == 415


def test_key_is_in_no_output(aws, outputs):
    _, found = evergreen(aws, "api", "key")
    parameters = aws.client("ssm").get_parameters_by_path(Path="/evergreen", Recursive=True)
    assert found["key"] not in json.dumps(outputs)
    assert found["key"] not in str(parameters["Parameters"])
