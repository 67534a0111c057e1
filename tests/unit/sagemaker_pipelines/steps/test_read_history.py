"""The step that reads the history and checks its quality."""

import json
from types import SimpleNamespace

import boto3
import pytest

from sagemaker_pipelines.data.quality import Limits
from sagemaker_pipelines.steps import read_history
from tests.support.aws_calls import stubbed
from tests.support.sagemaker_account import ARN

ARGUMENTS = {
    "feature-group": "test-minutes",
    "limits-path": "/test/quality/data",
    "event-bus": "test",
    "execution": f"{ARN}:pipeline/test-training/execution/1",
    "candidates": "deepar",
    "end-time": "2024-10-10T12:00:00Z",
    "history-hours": "48",
    "lag-minutes": "5",
    "minimum-minutes": "450",
    "prediction-length": "30",
    "request-minutes": "270",
}
GROUP = {
    "FeatureGroupArn": f"{ARN}:feature-group/test-minutes",
    "FeatureGroupName": "test-minutes",
    "RecordIdentifierFeatureName": "tx_minute",
    "EventTimeFeatureName": "event_time",
    "FeatureDefinitions": [{"FeatureName": "tx_minute", "FeatureType": "String"}],
    "CreationTime": 0,
    "NextToken": "",
    "OfflineStoreConfig": {
        "S3StorageConfig": {"S3Uri": "s3://data", "ResolvedOutputS3Uri": "s3://data/store/data"}
    },
}


class EmptyStore:
    """A feature store without rows, and the bus."""

    def __init__(self):
        self.events = []

    def put_events(self, Entries):  # noqa: N803
        self.events += Entries
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}

    def parameters(self, Path, **_):  # noqa: N803
        limits = [{"Name": f"{Path}/{name}", "Value": "1"} for name in Limits.model_fields]
        return {"Parameters": limits}

    def stubbed(self):
        """Stub the calls of all clients that are created from now on."""
        session = SimpleNamespace(meta=SimpleNamespace(events=boto3.DEFAULT_SESSION.events))
        nothing = {"Records": [], "Errors": [], "UnprocessedIdentifiers": []}
        operations = {
            "BatchGetImage": lambda **_: {"images": []},
            "BatchGetRecord": lambda **_: nothing,
            "DescribeFeatureGroup": lambda **_: GROUP,
            "GetParametersByPath": self.parameters,
            "ListObjectsV2": lambda **_: {},
            "PutEvents": self.put_events,
        }
        return stubbed(session, operations)


@pytest.fixture
def store(monkeypatch, tmp_path):
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(tmp_path))
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    for name in ("Bucket", "EndTime"):
        monkeypatch.setenv(f"PARAMETER_{name}", ARGUMENTS.get("end-time"))
    boto3.setup_default_session()
    store = EmptyStore()
    with store.stubbed():
        yield store
    boto3.setup_default_session()


def test_empty_store_is_rejected_with_a_reason(store, tmp_path):
    read_history.main([f"--{name}={value}" for name, value in ARGUMENTS.items()])
    (report,) = tmp_path.rglob("data_quality.json")
    reason = json.loads(report.read_text())["summary"]
    assert reason.startswith(
        "The history fails data quality rules: minutes_with_data is 0 (at least 450), "
    )
    (record,) = tmp_path.rglob("run.json")
    assert json.loads(record.read_text())["outcome"] == "data rejected"
    (event,) = store.events
    assert event["DetailType"] == "Training Data Rejected"
    assert json.loads(event["Detail"])["reason"] == reason
