"""The records in MLflow: against its file store, and servers that do not answer."""

import json
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from typing import ClassVar

import pytest
from mlflow import MlflowClient

from common import training_runs
from sagemaker_pipelines.experiments import mlflow_run, tracking
from tests.support.training_runs import report, scores, started


class Bucket:
    """The records of earlier trainings in S3."""

    def __init__(self, *runs):
        self.objects = {training_runs.key(run.execution_id): run.to_json() for run in runs}

    def get_paginator(self, _operation):
        return self

    def paginate(self, **_):
        time = datetime(2024, 10, 10, tzinfo=UTC)
        yield {"Contents": [{"Key": key, "LastModified": time} for key in self.objects]}

    def get_object(self, Key, **_):  # noqa: N803
        return {"Body": BytesIO(self.objects[Key].encode())}


@pytest.fixture
def uri(tmp_path, monkeypatch):
    """A file store, which MLflow keeps only for uses like this one."""
    for name in tracking.SETTINGS:
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    return (tmp_path / "mlruns").as_uri()


def training(uri, execution="e1", **parameters):
    values = {"Prefix": "test", "Bucket": "data", "TrackingUri": uri, **parameters}
    return started(execution, **values)


def runs(uri):
    client = MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name("test").experiment_id
    return {run.data.tags["execution_id"]: run for run in client.search_runs([experiment])}


def test_run_has_parameters_metrics_tags_and_dataset(uri, capsys):
    run = training(uri).decided(report(), {"model": "s3://data/training/e1/model/"})
    tracking.track(Bucket(), run, {})
    found = runs(uri)["e1"]
    assert found.data.params == run.parameters
    assert found.data.metrics["deepar/mean_wql"] == 0.11
    assert found.data.metrics["deepar/against_reference.skill"] == 0.45
    assert found.data.tags["winner"] == "deepar"
    assert found.data.tags["mlflow.source.git.commit"] == 40 * "a"
    assert found.data.tags["artifact.model"] == "s3://data/training/e1/model/"
    assert found.info.status == "FINISHED"
    (dataset,) = found.inputs.dataset_inputs
    assert dataset.dataset.name == "evergreen-minutes"
    assert json.loads(dataset.dataset.profile)["first"] == "2024-10-08T12:00:00Z"
    message = {"message": f"MLflow at {uri} has the training", "execution_id": "e1"}
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == message


def test_repeated_step_makes_no_second_run(uri):
    run = training(uri).decided(report(), {})
    tracking.track(Bucket(), run, {})
    first = runs(uri)
    tracking.track(Bucket(run), run, {})
    again = runs(uri)
    assert [run.info.run_id for run in again.values()] == [first["e1"].info.run_id]


def test_training_that_the_server_missed_is_logged_by_the_next_one(uri):
    begun = training(uri, "first")
    tracking.track(Bucket(), begun, {})
    assert runs(uri)["first"].info.status == "RUNNING"
    failed, missed = begun.failed("no capacity"), training(uri, "missed").decided(report(), {})
    tracking.track(Bucket(failed, missed), training(uri, "next").decided(report(None), {}), {})
    found = runs(uri)
    assert {name: run.data.tags["outcome"] for name, run in found.items()} == {
        "first": "failed",
        "missed": "new version",
        "next": "champion kept",
    }
    assert found["first"].info.status == "FAILED"
    assert found["first"].data.tags["failure"] == "no capacity"


def test_unreachable_server_fails_no_training_and_is_named(uri, monkeypatch, capsys):
    with socket.socket() as probe:  # bound, and nobody listens
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
        settings = {**tracking.SETTINGS, "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}
        monkeypatch.setattr(tracking, "SETTINGS", settings)
        tracking.track(Bucket(), training(address).decided(report(), {}), {})
    message = json.loads(capsys.readouterr().out.splitlines()[-1])["message"]
    assert message.startswith(f"MLflow at {address} was not updated: MlflowException: ")
    assert "Connection refused" in message


class Refusing(BaseHTTPRequestHandler):
    """A server that refuses every request, and keeps the headers."""

    seen: ClassVar[list] = []

    def do_GET(self):
        self.seen.append(dict(self.headers))
        self.send_response(403)
        self.end_headers()

    def log_message(self, *_):
        pass


def test_managed_server_gets_signed_requests_with_its_arn(uri, monkeypatch, capsys):
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:mlflow-tracking-server/team"
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT", address)
        tracking.track(Bucket(), training(arn).decided(report(), {}), {})
        server.shutdown()
    [headers] = Refusing.seen
    assert headers["x-mlflow-sm-tracking-server-arn"] == arn
    assert "/eu-west-1/sagemaker-mlflow/aws4_request" in headers["Authorization"]
    message = json.loads(capsys.readouterr().out.splitlines()[-1])["message"]
    assert message.startswith(f"MLflow at {arn} was not updated: MlflowException: ")


def test_nothing_is_imported_or_read_without_a_server():
    code = (
        "import sys; from sagemaker_pipelines.experiments import tracking; "
        "from tests.support.training_runs import started; tracking.track(None, started(), {}); "
        "sys.exit('mlflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_metrics_are_the_numbers_at_any_depth():
    run = started().decided(report(ets=scores(0.3, calibrated=True)), {})
    found = mlflow_run.metrics(run)
    assert found["ets/mean_wql"] == found["ets/wql.0.5"] == 0.3
    assert not {name for name in found if "mase" in name or "calibrated" in name}
