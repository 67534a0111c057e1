"""The abalone model trained by Step Functions: an upload, a person, a failure, a plan, the end."""

import pytest

from scripts import local_terraform
from scripts.provider import TABULAR
from tests.support import abalones
from tests.support.deployed_loop import deployed, evergreen

pytestmark = pytest.mark.integration

VARIABLES = {
    "prefix": "abalone",
    "model": "abalone",
    "image_tag": "local",
    "deletion_protection": False,
    "api": {"enabled": False},
    "batch": {"enabled": False},
    "monitoring": {"bake_readings": []},
    "training": {"workflow": "state_machine"},
}
STEPS = ["PrepareTable", "CheckData", "Train", "Evaluate", "CheckModel", "RegisterModel"]


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    home = tmp_path_factory.mktemp("machine")
    with deployed(home, TABULAR, VARIABLES) as aws:
        yield aws


def command(aws, *arguments):
    code, document = evergreen(aws, *arguments, "--prefix", "abalone")
    assert code == 0, document
    return document


def upload(aws, name, rows):
    bucket = local_terraform.output(aws.home, TABULAR)["bucket_name"]
    body = abalones.text(rows).encode()
    aws.client("s3").put_object(Bucket=bucket, Key=f"training-data/{name}.csv", Body=body)
    aws.settle()


def check_uploaded(aws):
    """An upload starts a training that registers a version."""
    upload(aws, "first", abalones.rows(3000))
    training = command(aws, "status")["training"]
    assert training["status"] == "Succeeded", training
    assert training["execution_arn"].startswith("arn:aws:states:")
    [run] = command(aws, "experiments")["runs"]
    assert (run["outcome"], run["version"], run["trigger"]) == ("new version", 1, "upload")
    [row] = command(aws, "history")["retrains"]
    assert (row["outcome"], row["winner"]) == ("succeeded", "abalone")
    assert 0 < row["cost"]["instance_seconds"] < row["cost"]["seconds"]


def check_requested(aws):
    """A person starts a training and sees its steps."""
    document = command(aws, "retrain", "--reason", "again", "--yes", "--wait")
    assert document["status"] == "Succeeded"
    assert [step["name"] for step in document["steps"]] == STEPS
    assert {step["status"] for step in document["steps"]} == {"Succeeded"}


def check_failed(aws):
    """A failure is recorded with its reason."""
    upload(aws, "first", [["?"] * len(abalones.COLUMNS)] * 3)
    command(aws, "retrain", "--reason", "broken", "--yes")
    aws.settle()
    row = command(aws, "history")["retrains"][-1]
    assert row["outcome"] == "failed"
    assert row["failure"].startswith("RejectData: malformed_rows: got 100.0%")
    assert "no retry follows" in row["next"]
    assert command(aws, "status")["training"]["failure"] == row["failure"]


def test_state_machine_trains_explains_and_leaves_nothing(aws):
    check_uploaded(aws)
    check_requested(aws)
    check_failed(aws)
    assert aws.get("iam")["denials"] == []
    assert local_terraform.plan_changes(aws.home, VARIABLES, TABULAR) == 0
    local_terraform.destroy(aws.home, VARIABLES, TABULAR)
    assert aws.client("stepfunctions").list_state_machines()["stateMachines"] == []
