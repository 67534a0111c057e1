"""A deployment in moto, with one model package; what moto lacks is stubbed in each test."""

import json
from datetime import UTC, datetime
from functools import cache

import boto3
import pytest
from moto import mock_aws

from cli.connection import Connection

PREFIX = "evergreen"
EVALUATION = {
    "deepar_metrics": {"mean_wql": {"value": 0.11}, "naive_wql": {"value": 0.24}},
    "windows": 24,
    "limit": 0.2,
    "threshold": 0.15,
    "trained_at": "2024-10-10T13:00:00Z",
}


@cache  # making a client takes longer than all that a test does with it
def client(service):
    return boto3.client(
        service,
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


class Deployment:
    """What the loop would have left in AWS."""

    def __init__(self):
        self.clients = client
        self.bucket = f"{PREFIX}-123456789012-eu-west-1"
        self.clients("s3").create_bucket(
            Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        self.clients("sagemaker").create_model_package_group(
            ModelPackageGroupName=f"{PREFIX}-models"
        )
        self.clients("logs").create_log_group(logGroupName=f"/{PREFIX}/decisions")
        self.clients("logs").create_log_stream(
            logGroupName=f"/{PREFIX}/decisions", logStreamName="rule"
        )
        self.parameter("quality/threshold", json.dumps({"value": None, "set_by": None}))
        self.connection = Connection(
            self.clients, PREFIX, datetime(2024, 10, 10, 14, 0, 30, tzinfo=UTC), poll_seconds=0
        )

    def reach(self, prefix, home):
        """Stand in for the way to AWS: these clients can be stubbed."""
        return self.connection

    def parameter(self, name, value, kind="String"):
        self.clients("ssm").put_parameter(
            Name=f"/{PREFIX}/{name}", Value=value, Type=kind, Overwrite=True
        )

    def write(self, key, document):
        self.clients("s3").put_object(
            Bucket=self.bucket, Key=key, Body=json.dumps(document).encode()
        )

    def package(self, approval="PendingManualApproval", evaluation=EVALUATION):
        if evaluation:
            self.write("training/e/evaluation/evaluation.json", evaluation)
        uri = f"s3://{self.bucket}/training/e/evaluation/evaluation.json"
        return self.clients("sagemaker").create_model_package(
            ModelPackageGroupName=f"{PREFIX}-models",
            ModelApprovalStatus=approval,
            ModelMetrics={
                "ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": uri}}
            },
        )["ModelPackageArn"]

    def decide(self, kind, time, event_id=None, **detail):
        event = {
            "id": event_id or f"{kind} {time}",
            "source": "evergreen.loop",
            "detail-type": kind,
            "time": time,
            "detail": detail,
        }
        now = int(datetime.now(UTC).timestamp() * 1000)
        self.clients("logs").put_log_events(
            logGroupName=f"/{PREFIX}/decisions",
            logStreamName="rule",
            logEvents=[{"timestamp": now, "message": json.dumps(event)}],
        )

    def execution(self, **fields):
        return {
            "PipelineExecutionArn": "arn:training/execution/1",
            "StartTime": datetime(2024, 10, 10, 13, tzinfo=UTC),
            "PipelineExecutionStatus": "Executing",
        } | fields


@pytest.fixture(autouse=True)
def _nobody_is_signed_in(monkeypatch, tmp_path):
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "EVERGREEN_HOME", "EVERGREEN_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def deployment(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        yield Deployment()
