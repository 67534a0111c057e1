"""The threshold follows the model in production."""

import json
import math

import boto3
import pytest

from tests.support.aws_calls import stubbed
from tests.support.lambda_context import CONTEXT
from tests.support.lambda_events import BUCKET, bucket
from threshold_updater import handler

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/test-models/3"
NAME = "/test/quality/threshold"
KEY = "training/x/evaluation/evaluation.json"
AT, BEFORE, AFTER = "2024-10-10T05:01:00Z", "2024-10-09T23:00:00Z", "2024-10-10T05:01:01Z"
SET = {"value": 0.31, "set_by": ARN, "deployed_at": AT}


def deployed(at=AT, arn=ARN):
    return {"time": at, "detail": {"version": "1", "stage": "production", "package_arn": arn}}


class Registry:
    """A package in the registry, its evaluation in S3, the threshold in SSM."""

    def __init__(self, s3):
        self.s3, self.ssm = s3, boto3.client("ssm")
        initial = json.dumps({"value": None, "set_by": None})
        self.ssm.put_parameter(Name=NAME, Value=initial, Type="String")

    def evaluated(self, **evaluation):
        self.s3.put_object(Bucket=BUCKET, Key=KEY, Body=json.dumps(evaluation))

    def describe(self, ModelPackageName):  # noqa: N803
        place = {"ContentType": "application/json", "S3Uri": f"s3://{BUCKET}/{KEY}"}
        return {
            "ModelPackageArn": ModelPackageName,
            "ModelPackageName": ModelPackageName,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "CreationTime": "2024-10-10T00:00:00Z",
            "ModelMetrics": {"ModelQuality": {"Statistics": place}},
        }

    def deliver(self, **event):
        with stubbed(handler.sagemaker, {"DescribeModelPackage": self.describe}):
            return handler.lambda_handler(deployed(**event), CONTEXT)

    def threshold(self):
        return json.loads(self.ssm.get_parameter(Name=NAME)["Parameter"]["Value"])


@pytest.fixture
def registry(monkeypatch):
    monkeypatch.setenv("THRESHOLD_PARAMETER", NAME)
    with bucket() as s3:
        yield Registry(s3)


def test_deployed_model_sets_the_threshold_of_its_backtest(registry):
    registry.evaluated(threshold=0.31, limit=0.5)
    assert registry.deliver() == {"threshold": 0.31}
    assert registry.threshold() == SET


def test_redelivered_event_changes_nothing(registry):
    registry.evaluated(threshold=0.31)
    registry.deliver()
    registry.deliver()
    assert registry.threshold() == SET


def test_older_deployment_delivered_late_changes_nothing(registry):
    registry.evaluated(threshold=0.31)
    registry.deliver()
    registry.evaluated(threshold=0.9)
    assert registry.deliver(at=BEFORE, arn=ARN[:-1] + "2") == {"threshold": 0.31}
    assert registry.threshold() == SET
    registry.deliver(at=AFTER, arn=ARN[:-1] + "4")
    assert registry.threshold()["value"] == 0.9


@pytest.mark.parametrize("value", [None, "0.3", True, 0, -1, math.nan, math.inf])
def test_unusable_threshold_is_an_error_and_the_old_one_stays(registry, value):
    registry.evaluated(threshold=value)
    with pytest.raises(
        ValueError,
        match=r"evaluation\.json: threshold: got",
    ):
        registry.deliver()
    assert registry.threshold() == {"value": None, "set_by": None}


def test_evaluation_without_threshold_is_an_error(registry):
    registry.evaluated(limit=0.5)
    with pytest.raises(ValueError, match="threshold: got nothing"):
        registry.deliver()
