"""The bucket of monitoring jobs, and the events that they send."""

import pytest

from common import times
from tests.support.lambda_events import bucket


@pytest.fixture
def monitoring_s3(tmp_path, monkeypatch):
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.setenv(name, "eu-west-1")
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(tmp_path))
    with bucket() as s3:
        yield s3


@pytest.fixture
def events(monkeypatch):
    seen = []
    monkeypatch.setattr(
        "sagemaker_pipelines.jobs.monitoring.run.decisions.record",
        lambda _client, bus, kind, time, **detail: seen.append(
            (bus, kind, times.iso(time), detail)
        ),
    )
    return seen
