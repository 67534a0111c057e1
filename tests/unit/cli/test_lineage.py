"""`evergreen lineage`: where a version comes from and what became of it."""

import json
from datetime import UTC, datetime

import pytest

from cli.lineage.document import lineage
from cli.main import main
from common import training_runs
from tests.support.training_runs import report, started
from tests.unit.cli.conftest import EVALUATION

PERSON = {"by": "arn:aws:iam::123456789012:user/ada", "path": "evergreen approve", "comment": "ok"}
ROLLBACK = {"by": "bake_judge", "path": "automatic rollback", "comment": "twice its loss"}


def deploy(deployment, arn, time, stage, **more):
    name = {"endpoint_name": f"evergreen-{stage}", "package_version": int(arn[-1])}
    deployment.decide("Model Deployed", time, package_arn=arn, stage=stage, **name, **more)


def measure(deployment, arn, hour, loss, *, breach=False):
    time = f"2024-10-10T{hour:02}:00:00Z"
    result = {"time": time, "stage": "production", "package_arn": arn, "wql": loss / 10}
    deployment.write(
        f"monitoring/production/2024/10/10/{hour:02}/production-{time}.json",
        {**result, "relative_loss": loss, "breach": breach},
    )


@pytest.fixture
def versions(deployment):
    """A version without a record, and one that replaced it and was rolled back."""
    run = started("e2").decided(report(), {})
    deployment.write(training_runs.key("e2"), json.loads(run.to_json()))
    first = deployment.package("Approved")
    second = deployment.package("Approved", properties={"execution": "e2"})
    deploy(deployment, first, "2024-10-10T10:10:00Z", "production", approval=PERSON)
    deploy(deployment, second, "2024-10-10T12:05:00Z", "staging")
    deployment.decide(
        "Approval Requested", "2024-10-10T12:06:00Z", package_arn=second, stage="production"
    )
    deploy(deployment, second, "2024-10-10T12:10:00Z", "production", approval=PERSON)
    deploy(deployment, first, "2024-10-10T15:30:00Z", "production", approval=ROLLBACK)
    for hour, arn, loss in ((11, first, 1.0), (12, first, 1.2), (13, second, 1.0)):
        measure(deployment, arn, hour, loss)
    measure(deployment, second, 14, 2.0, breach=True)
    measure(deployment, second, 15, 3.0, breach=True)
    measure(deployment, first, 16, 0.9)
    return deployment


def read(deployment, capsys, version, code=0):
    assert main(["lineage", str(version), "--json"], deployment.connect) == code
    return json.loads(capsys.readouterr().out)


def test_version_has_its_training_and_what_became_of_it(versions, capsys):
    found = read(versions, capsys, 2)
    assert (found["execution_id"], found["trigger"], found["reason"]) == (
        "e2",
        "command",
        "a test",
    )
    assert found["data"]["first"] == "2024-10-08T12:00:00Z"
    assert found["source"]["commit"] == 40 * "a"
    assert found["parameters"]["Epochs"] == "40"
    assert found["verdict"]["winner"] == "deepar"
    assert found["contenders"]["deepar"]["mean_wql"] == 0.11
    staging, production = found["approvals"]
    assert (staging["stage"], staging["decision"]) == ("staging", "approved")
    assert production["by"] == "arn:aws:iam::123456789012:user/ada"
    assert (production["time"], production["comment"]) == ("2024-10-10T12:10:00Z", "ok")
    first, second = found["deployments"]
    assert (first["stage"], first["until"]) == ("staging", None)
    assert second["endpoint"] == "evergreen-production"
    assert (second["until"], second["replaced_by"]) == ("2024-10-10T15:30:00Z", 1)
    assert second["rolled_back"]
    assert second["replacement"] == ROLLBACK
    [readings] = found["readings"]
    assert readings == {
        "stage": "production",
        "count": 3,
        "first": "2024-10-10T13:00:00Z",
        "last": "2024-10-10T15:00:00Z",
        "mean_wql": pytest.approx(0.2),
        "mean_relative_loss": pytest.approx(2.0),
        "breaches": 2,
    }
    assert found["unknown"]["source.image_digest"] == "not pushed"
    assert found["unknown"]["approvals.staging.by"].startswith("the model registry does not name")


def test_version_that_served_twice_has_all_its_readings(versions, capsys):
    found = read(versions, capsys, 1)
    assert [row["rolled_back"] for row in found["deployments"]] == [False, False]
    assert found["readings"][0]["count"] == 3


def test_version_without_a_record_has_what_evaluation_json_says(versions, capsys):
    found = read(versions, capsys, 1)
    assert found["contenders"] == EVALUATION["contenders"]
    assert found["verdict"]["reason"] == EVALUATION["reason"]
    assert (found["parameters"], found["source"]) == (None, None)
    why = "the version names no training: it was registered by hand or by an older Evergreen"
    assert {found["unknown"][name] for name in ("parameters", "source", "execution_id")} == {why}


def test_record_that_was_deleted_is_named(versions, capsys):
    key = training_runs.key("e2")
    versions.clients("s3").delete_object(Bucket=versions.bucket, Key=key)
    found = read(versions, capsys, 2)
    assert found["unknown"]["parameters"] == f"s3://the-bucket/{key} does not exist"
    assert found["contenders"] == EVALUATION["contenders"]
    assert found["readings"][0]["count"] == 3


def test_text_has_every_part(versions, capsys):
    assert main(["lineage", "2"], versions.connect) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "data 2024-10-08 12:00 to 2024-10-10 11:54" in lines
    assert "requested by command: a test" in lines
    assert f"commit {40 * 'a'}" in lines
    assert "deepar 0.1100 0.4500 – – –" in lines
    assert "Epochs 40" in lines
    approved = "production approved 2024-10-10 12:10 arn:aws:iam::123456789012:user/ada ok"
    assert approved in lines
    end = "rolled back to model 1 2024-10-10 15:30: twice its loss"
    assert f"2024-10-10 12:10 production evergreen-production {end}" in lines
    readings = "3 from 2024-10-10 13:00 to 2024-10-10 15:00 mean wQL 0.2000"
    assert f"production {readings} mean relative loss 2.0000 2 breaches" in lines
    assert "source.image_digest not pushed" in lines


def test_unknown_version_is_named(versions, capsys):
    assert main(["lineage", "9"], versions.connect) == 1
    message = "VERSION: got 9, expected one of the registry: 1, 2"
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changed_by", "person"),
    [
        ({"IamIdentity": {"Arn": "arn:aws:iam::123456789012:user/ada"}}, PERSON["by"]),
        ({"UserProfileName": "ada"}, "ada"),
        ({}, None),
    ],
    ids=["role or user", "Studio profile", "nobody"],
)
def test_registry_names_who_approved_for_staging(changed_by, person):
    time = datetime(2024, 10, 10, tzinfo=UTC)
    digest = {"Image": "forecaster:1", "ImageDigest": f"sha256:{64 * '1'}"}
    package = {
        "ModelPackageVersion": 1,
        "ModelPackageArn": "arn:models/1",
        "ModelApprovalStatus": "Rejected",
        "ApprovalDescription": "too old",
        "CreationTime": time,
        "LastModifiedTime": time,
        "LastModifiedBy": changed_by,
        "InferenceSpecification": {"Containers": [digest]},
    }
    found = lineage(package, "no record", {}, [], [])
    [approval] = found["approvals"]
    assert (approval["decision"], approval["by"]) == ("rejected", person)
    assert ("approvals.staging.by" in found["unknown"]) is (person is None)
    assert found["model_image_digest"] == digest["ImageDigest"]
    assert {found["unknown"][name] for name in ("data", "contenders", "verdict")} == {"no record"}


def test_version_of_another_account_names_its_origin(deployment, capsys):
    source = "arn:aws:sagemaker:eu-west-1:210987654321:model-package/evergreen-models/7"
    deployment.package("Approved", properties={"promoted_from": source})
    found = read(deployment, capsys, 1)
    assert (found["promoted_from"], found["execution_id"]) == (source, None)
    assert "in the account that the version was promoted from" in str(found["unknown"])
    assert main(["lineage", "1"], deployment.connect) == 0
    assert source in capsys.readouterr().out.replace("\n", "")
