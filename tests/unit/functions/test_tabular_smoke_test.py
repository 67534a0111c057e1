"""The smoke test of a tabular version against a staging endpoint in memory."""

import io
import json

import pytest

from common import captured_calls, times
from tabular_smoke_test import handler
from tabular_smoke_test.prediction_checks import EvaluationError, ImplausiblePredictionError
from tests.support.aws_calls import stubbed
from tests.support.lambda_context import CONTEXT
from tests.support.lambda_events import BUCKET, bucket

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/test-models/3"
EVENT = {"stage": "staging", "package_arn": ARN, "version": 3, "time": "2024-10-10T12:00:30.123Z"}
INFERENCE = "smoke-3-2024-10-10T12:00:30.123Z"
KEY = f"data-capture/staging/test-staging/AllTraffic/2024/10/10/12/{INFERENCE}.jsonl"
THEN = times.parse("2024-10-10T00:00:00Z")


SETTINGS = {
    "BUCKET": BUCKET,
    "CAPTURE_PERCENT": json.dumps({"production": 80, "staging": 100}),
    "PREFIX": "test",
    "SAMPLE": "M,0.4",
}


class Staging:
    def __init__(self, s3):
        self.s3, self.answer, self.requests = s3, b"10.5\n", []
        self.evaluate({"history": {"lowest": 1, "highest": 29}})

    def evaluate(self, document):
        self.s3.put_object(Bucket=BUCKET, Key="e.json", Body=json.dumps(document).encode())

    def capture(self, encoding="CSV"):
        part = {"data": "M", "encoding": encoding}
        record = {
            "captureData": {"endpointInput": part, "endpointOutput": part},
            "eventMetadata": {"eventId": "1", "inferenceId": INFERENCE},
        }
        self.s3.put_object(Bucket=BUCKET, Key=KEY, Body=json.dumps(record).encode())

    def invoke(self, **request):
        self.requests.append(request)
        return {"Body": io.BytesIO(self.answer), "ContentType": "text/csv"}

    @staticmethod
    def package(ModelPackageName):  # noqa: N803
        statistics = {"ContentType": "application/json", "S3Uri": f"s3://{BUCKET}/e.json"}
        return {
            "ModelPackageName": "test-models",
            "ModelPackageArn": ModelPackageName,
            "CreationTime": THEN,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "ModelMetrics": {"ModelQuality": {"Statistics": statistics}},
        }

    def test(self):
        with (
            stubbed(handler.runtime, {"InvokeEndpoint": self.invoke}),
            stubbed(handler.sagemaker, {"DescribeModelPackage": self.package}),
            pytest.MonkeyPatch.context() as patch,
        ):
            patch.setattr(handler, "s3", self.s3)
            return handler.lambda_handler(EVENT, CONTEXT)


@pytest.fixture
def staging(monkeypatch):
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    with bucket() as s3:
        yield Staging(s3)


def test_prediction_and_its_capture_pass(staging):
    staging.capture()
    assert staging.test() == {"inference_id": INFERENCE}
    [request] = staging.requests
    assert (request["Body"], request["ContentType"]) == (b"M,0.4\n", "text/csv")
    assert request["InferenceId"] == INFERENCE


def test_capture_that_has_not_arrived_is_looked_for_again(staging):
    with pytest.raises(captured_calls.CaptureNotFoundError, match=INFERENCE):
        staging.test()


def test_capture_in_base64_ends_the_deployment(staging):
    staging.capture("BASE64")
    with pytest.raises(captured_calls.CaptureFormatError, match="BASE64"):
        staging.test()


@pytest.mark.parametrize("answer", [b"57.5", b"-28", b"nan", b"", b"1\n2\n", b"{}"])
def test_implausible_prediction_ends_the_deployment(staging, answer):
    staging.capture()
    staging.answer = answer
    with pytest.raises(ImplausiblePredictionError, match="expected a number from -27 to 57"):
        staging.test()


def test_evaluation_without_targets_ends_the_deployment(staging):
    staging.evaluate({"history": {}})
    with pytest.raises(EvaluationError, match="lowest: got nothing"):
        staging.test()
