"""A deployment in moto; tests stub the operations that moto does not implement."""

import json
from datetime import UTC, datetime
from functools import cache

import boto3
import pytest
from moto import mock_aws

from cli import target
from cli.connection import Connection

PREFIX = "evergreen"
REGION = "eu-west-1"
ACCOUNT = "123456789012"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:evergreen-deployment"
WORKFLOW = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:pipeline/evergreen-training"
TARGET_LINE = f"local AWS at http://127.0.0.1:1, account {ACCOUNT}, region {REGION}, prefix"
OUTPUTS = {
    "account_id": ACCOUNT,
    "apis": {
        "forecaster": {
            "endpoint": "evergreen-production",
            "id": "0a1b2c3d",
            "key_id": "0a1b2c3d",
            "stage": "production",
        }
    },
    "athena": {"database": "evergreen", "workgroup": "evergreen"},
    "bucket_name": "the-bucket",
    "bus_name": PREFIX,
    "dead_letter_queues": {
        "2": ["evergreen-window-aggregator-dead-letters"],
        "3": ["evergreen-feature-writer-dead-letters"],
        "6": ["evergreen-smoke-test-dead-letters"],
        "shared": ["evergreen-undelivered"],
    },
    "decision_log_group": f"/{PREFIX}/decisions",
    "endpoint_names": {"production": "evergreen-production", "staging": "evergreen-staging"},
    "feature_group_name": "evergreen-minutes",
    "function_names": {
        "monitoring_collector": "evergreen-monitoring-collector",
        "monitoring_job_starter": "evergreen-monitoring-job-starter",
        "retrain_trigger": "evergreen-retrain-trigger",
        "window_aggregator": "evergreen-window-aggregator",
    },
    "loss_alarm_name": "evergreen-production-loss",
    "metric_namespace": "Evergreen/evergreen",
    "model_package_group_name": "evergreen-models",
    "operator_role_arn": f"arn:aws:iam::{ACCOUNT}:role/{PREFIX}-operator",
    "paused": {
        "alarms": ["evergreen-production-unmonitored"],
        "backfill_hours": 24,
        "desired_count": 1,
        "schedules": ["evergreen-retrain-trigger-check"],
    },
    "pending_path": "/evergreen/approval/pending",
    "poller": {"cluster": "evergreen-poller", "service": "evergreen-poller"},
    "prefix": PREFIX,
    "region": REGION,
    "state_machine_arn": MACHINE,
    "threshold_parameter": "/evergreen/quality/threshold",
    "training_workflow_arn": WORKFLOW,
}
EVALUATION = {
    "trained_at": "2024-10-10T13:00:00Z",
    "winner": "deepar",
    "reason": "deepar beats the reference",
    "windows": [{"first_minute": "2024-10-10T10:35:00Z", "wql": 0.11, "reference_wql": 0.2}],
    "contenders": {
        "deepar": {"mean_wql": 0.11},
        "ets": {"mean_wql": 0.3},
        "reference": {"mean_wql": 0.2},
        "naive": {"mean_wql": 0.24},
        "champion": {"mean_wql": 0.15},
    },
}


@cache  # creating a client is slower than a test
def client(service):
    return boto3.client(
        service,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


class Deployment:
    """Resources and data of a deployed loop."""

    def __init__(self):
        self.clients = client
        self.bucket = OUTPUTS["bucket_name"]
        self.clients("s3").create_bucket(
            Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        self.clients("sagemaker").create_model_package_group(
            ModelPackageGroupName=f"{PREFIX}-models"
        )
        self.clients("sagemaker").create_pipeline(
            PipelineName=f"{PREFIX}-training",
            PipelineDefinition="{}",
            ClientRequestToken="t" * 32,
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/pipeline",
        )
        self.clients("logs").create_log_group(logGroupName=f"/{PREFIX}/decisions")
        self.clients("logs").create_log_stream(
            logGroupName=f"/{PREFIX}/decisions", logStreamName="rule"
        )
        self.parameter("quality/threshold", json.dumps({"value": None, "set_by": None}))
        self.parameter("outputs", json.dumps(OUTPUTS))
        self.connection = self.connect(target.Target("http://127.0.0.1:1"), PREFIX)

    def connect(self, chosen, prefix):
        """Return a connection with clients that can be stubbed."""
        now = datetime(2024, 10, 10, 14, 0, 30, tzinfo=UTC)
        chosen = target.Target("http://127.0.0.1:1", chosen.conflicts)
        return Connection(self.clients, prefix, ACCOUNT, REGION, now, chosen, poll_seconds=0)

    def parameter(self, name, value, kind="String"):
        self.clients("ssm").put_parameter(
            Name=f"/{PREFIX}/{name}", Value=value, Type=kind, Overwrite=True
        )

    def write(self, key, document):
        self.clients("s3").put_object(
            Bucket=self.bucket, Key=key, Body=json.dumps(document).encode()
        )

    def package(self, approval="PendingManualApproval", evaluation=EVALUATION, properties=None):
        if evaluation:
            self.write("training/e/evaluation/evaluation.json", evaluation)
        uri = f"s3://{self.bucket}/training/e/evaluation/evaluation.json"
        return self.clients("sagemaker").create_model_package(
            ModelPackageGroupName=f"{PREFIX}-models",
            ModelApprovalStatus=approval,
            ModelMetrics={
                "ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": uri}}
            },
            CustomerMetadataProperties={"candidate": "deepar", "algorithm": "deepar"}
            | (properties or {}),
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
def _no_aws_settings(monkeypatch, tmp_path):
    names = ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SECRET_ACCESS_KEY", "EVERGREEN_HOME")
    for name in (*target.AWS_SETTINGS, *names, "EVERGREEN_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setattr(target, "LOCAL_HOME", tmp_path / "up")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def deployment(monkeypatch):
    with mock_aws():
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
        yield Deployment()
