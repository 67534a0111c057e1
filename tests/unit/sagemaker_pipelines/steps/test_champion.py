"""The champion that takes part in a tournament, and the one that cannot."""

import json
from datetime import UTC, datetime
from io import BytesIO

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from common import deepar
from sagemaker_pipelines.steps import champion
from tests.support.aws_calls import CallError, names, stubbed
from tests.support.sagemaker_account import ARN

NOW = datetime(2024, 10, 10, 12, tzinfo=UTC)
CHAMPION = champion.Champion("p", f"{ARN}:model-package/test-models/3", "deepar", NOW)
FORECAST = {"mean": [2.0], "quantiles": {"0.1": [1.0], "0.5": [2.0], "0.9": [3.0]}}


def find(**replaced):
    times = {"CreationTime": NOW, "LastModifiedTime": NOW}
    variant = {"VariantName": "AllTraffic", "ModelName": "m"}
    package = {"ModelPackageName": "x", "ModelPackageArn": CHAMPION.package_arn}
    operations = {
        "DescribeEndpoint": lambda **_: {
            "EndpointName": "p",
            "EndpointArn": f"{ARN}:endpoint/p",
            **times,
            "EndpointConfigName": "c",
            "EndpointStatus": "Failed",
        },
        "DescribeEndpointConfig": lambda **_: {
            "EndpointConfigName": "c",
            "EndpointConfigArn": f"{ARN}:endpoint-config/c",
            "CreationTime": NOW,
            "ProductionVariants": [variant],
        },
        "DescribeModel": lambda **_: {
            "ModelName": "m",
            "ModelArn": f"{ARN}:model/m",
            "CreationTime": NOW,
            "PrimaryContainer": {"ModelPackageName": CHAMPION.package_arn},
        },
        "DescribeModelPackage": lambda **_: {
            **package,
            "CreationTime": NOW,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "CustomerMetadataProperties": {
                "candidate": "deepar",
                "trained_at": "2024-10-10T12:00:00Z",
            },
        },
    }
    client = boto3.client("sagemaker", region_name="eu-west-1")
    with stubbed(client, operations | replaced):
        return champion.find(client, "p")


def ask(answers, requests=1):
    """Ask with one answer per call -> forecasts, inference ids, pauses."""
    pauses, client = [], boto3.client("sagemaker-runtime", region_name="eu-west-1")
    remaining = iter(answers)

    def invoke(**_):
        answer = next(remaining)
        if isinstance(answer, Exception):
            raise answer
        return {"Body": BytesIO(json.dumps({"predictions": [answer]}).encode())}

    series = [deepar.instance(NOW, [1.0])] * requests
    options = {"horizon": 1, "samples": 10, "execution": "arn:x/execution/abc"}
    with stubbed(client, {"InvokeEndpoint": invoke}) as calls:
        found = champion.ask(client, CHAMPION, series, **options, pause=pauses.append)
    assert set(names(calls)) == {"InvokeEndpoint"}
    return found, [parameters["InferenceId"] for _, parameters in calls], pauses


def refuse(code, message="no"):
    def call(**_):
        raise CallError(code, message)

    return call


def test_failed_endpoint_has_a_champion():
    assert find() == champion.Champion("p", CHAMPION.package_arn, "deepar", NOW)


def test_no_endpoint_means_no_champion():
    assert find(DescribeEndpoint=refuse("ValidationException", "Could not find endpoint")) is None


@pytest.mark.parametrize(
    "operation", ["DescribeEndpointConfig", "DescribeModel", "DescribeModelPackage"]
)
def test_deleted_part_of_the_endpoint_is_named(operation):
    message = 'Could not find model "m".'
    with pytest.raises(champion.UnavailableError, match=f"endpoint p: .*{operation}.*{message}"):
        find(**{operation: refuse("ValidationException", message)})


def test_throttling_is_no_answer():
    with pytest.raises(ClientError, match="ThrottlingException"):
        find(DescribeModel=refuse("ThrottlingException"))


def test_every_request_is_answered():
    found, ids, _ = ask([FORECAST, FORECAST], requests=2)
    assert found == [deepar.Forecast(FORECAST["quantiles"], FORECAST["mean"])] * 2
    assert ids == ["tournament-abc-0", "tournament-abc-1"]


def test_model_that_fails_once_is_asked_again():
    found, ids, pauses = ask([CallError("ModelError"), FORECAST])
    assert (len(found), ids) == (1, ["tournament-abc-0"] * 2)
    assert pauses == [champion.PAUSE_SECONDS]


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([CallError("ModelError", "Received server error (500)")] * 3, r"server error \(500\)"),
        ([CallError("ValidationError", "Endpoint p is Failed")], "Endpoint p is Failed"),
        ([ReadTimeoutError(endpoint_url="https://sagemaker")], "Read timeout"),
        ([{**FORECAST, "mean": []}], "mean: got 0 minutes, expected 1"),
        ([{**FORECAST, "mean": ["NaN"]}], "mean: got NaN or infinity"),
    ],
    ids=["model", "endpoint", "timeout", "length", "NaN"],
)
def test_champion_that_cannot_answer_is_left_out_with_its_reason(answers, reason):
    with pytest.raises(champion.UnavailableError, match=rf"^version 3 \(deepar\): .*{reason}"):
        ask(answers)


def test_long_message_is_shortened():
    with pytest.raises(champion.UnavailableError) as caught:
        ask([CallError("ValidationError", "x" * 9999)])
    assert len(str(caught.value)) == champion.MAXIMUM_REASON


def test_throttled_request_fails_the_job_which_is_retried():
    with pytest.raises(ClientError, match="ThrottlingException"):
        ask([CallError("ThrottlingException")])
