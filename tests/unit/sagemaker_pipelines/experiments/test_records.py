"""The record of a training: begun by ReadHistory, completed by Evaluate."""

import json

import boto3
import pandas as pd
import pytest
from moto import mock_aws

from common.training_runs import TrainingRun
from sagemaker_pipelines.experiments import records, source
from sagemaker_pipelines.paths import Paths
from tests.support.sagemaker_account import ARN

EXECUTION = f"{ARN}:pipeline/test-training/execution/e1"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/test-forecaster:abc"
PARAMETERS = {
    "Bucket": "data",
    "EndTime": "2024-10-10T12:00:00Z",
    "Epochs": "40",
    "Reason": "alarm",
    "Trigger": "alarm",
}
REPORT = {
    "winner": "ets",
    "reason": "ets beats the reference",
    "summary": "ets wins",
    "training": {"algorithm": "ets", "candidate": "ets", "image": "own", "span": "a to b"},
    "champion": {"version": 3, "candidate": "deepar"},
    "trained_at": "2024-10-10T12:00:00Z",
    "contenders": {"ets": {"mean_wql": 0.1, "mase": None}, "reference": {"mean_wql": 0.2}},
}
QUALITY = {"malformed_rows": 1, "summary": "The history passes all 11 data quality rules."}
MINUTES = pd.Series(
    [1.0, None, 3.0], pd.date_range("2024-10-10T11:00:00Z", periods=3, freq="min"), dtype=float
)


@pytest.fixture
def paths(tmp_path, monkeypatch):
    for name, value in PARAMETERS.items():
        monkeypatch.setenv(f"PARAMETER_{name}", value)
    monkeypatch.setenv("EVERGREEN_COMMIT", 40 * "a")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    (tmp_path / "config").mkdir()
    job = {"AppSpecification": {"ImageUri": IMAGE}}
    (tmp_path / "config/processingjobconfig.json").write_text(json.dumps(job))
    with mock_aws():
        yield Paths(tmp_path)


def push():
    ecr = boto3.client("ecr", region_name="eu-west-1")
    ecr.create_repository(repositoryName="test-forecaster")
    media_type = "application/vnd.docker.distribution.manifest.v2+json"
    manifest = json.dumps({"schemaVersion": 2, "mediaType": media_type})
    pushed = ecr.put_image(
        repositoryName="test-forecaster", imageManifest=manifest, imageTag="abc"
    )
    return pushed["image"]["imageId"]["imageDigest"]


def begin(paths, *, rejected=False):
    data = records.span("test-minutes", MINUTES, QUALITY)
    records.begin(paths, EXECUTION, data, rejected=rejected)
    return json.loads((paths.processing("experiment") / "run.json").read_text())


def finish(paths, report):
    written = (paths.processing("experiment") / "run.json").read_text()
    (paths.processing("started") / "run.json").write_text(written)
    records.finish(paths, report)
    return json.loads((paths.processing("experiment") / "run.json").read_text())


def test_record_begins_with_parameters_data_and_code(paths):
    digest = push()
    found = begin(paths)
    assert found["execution_id"] == "e1"
    assert (found["trigger"], found["outcome"]) == ("alarm", "running")
    assert found["parameters"] == PARAMETERS
    assert found["data"] == {
        "feature_group": "test-minutes",
        "first": "2024-10-10T11:00:00Z",
        "last": "2024-10-10T11:02:00Z",
        "minutes": 3,
        "missing": 1,
        "malformed_rows": 1,
        "quality": QUALITY["summary"],
    }
    commit = {"commit": 40 * "a", "image": IMAGE, "image_digest": digest, "unknown": {}}
    assert found["source"] == commit
    assert found["artifacts"] == {"history": "s3://data/training/e1/history/"}


def test_rejected_data_are_an_outcome(paths):
    found = begin(paths, rejected=True)
    assert (found["outcome"], found["failure"]) == ("data rejected", QUALITY["summary"])


@pytest.mark.parametrize(("winner", "outcome"), [("ets", "new version"), (None, "champion kept")])
def test_verdict_completes_the_record_and_repeating_it_changes_nothing(paths, winner, outcome):
    begun = begin(paths)
    found = finish(paths, {**REPORT, "winner": winner})
    assert (found["outcome"], found["verdict"]["winner"]) == (outcome, winner)
    assert found["verdict"]["champion"] == {"version": 3, "candidate": "deepar"}
    assert found["contenders"] == REPORT["contenders"]
    assert ("model" in found["artifacts"]) is bool(winner)
    assert {**found, **{key: begun[key] for key in ("data", "parameters", "source")}} == found
    assert finish(paths, {**REPORT, "winner": winner}) == found


def test_what_is_unknown_of_the_code_has_a_reason(paths, monkeypatch):
    monkeypatch.delenv("EVERGREEN_COMMIT")
    unknown = begin(paths)["source"]["unknown"]
    assert unknown["commit"] == "the image was built without the argument EVERGREEN_COMMIT"
    assert unknown["image_digest"].startswith("ECR: An error occurred (RepositoryNotFound")


def test_job_in_private_subnets_does_not_ask_for_its_digest(paths):
    network = {"VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}
    job = {"AppSpecification": {"ImageUri": IMAGE}, "NetworkConfig": network}
    (paths.base / "config/processingjobconfig.json").write_text(json.dumps(job))
    found = source.read(None, paths)
    assert found.image == IMAGE
    assert found.unknown["image_digest"].startswith("the job runs in private subnets")


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        (f"{IMAGE.partition(':')[0]}@sha256:{64 * '1'}", (f"sha256:{64 * '1'}", "")),
        ("forecaster:local", (None, "forecaster:local is not an ECR image")),
    ],
)
def test_digest_that_needs_no_request(uri, expected):
    assert source.digest(None, uri) == expected


def test_record_survives_a_round_trip():
    run = TrainingRun.started(EXECUTION, PARAMETERS).decided(REPORT, {"model": "s3://a/b"})
    assert TrainingRun.model_validate_json(run.to_json()) == run
