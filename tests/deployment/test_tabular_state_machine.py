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


def test_upload_starts_a_training_that_registers_a_version(aws):
    upload(aws, "first", abalones.rows(3000))
    training = command(aws, "status")["training"]
    assert training["status"] == "Succeeded", training
    assert training["execution_arn"].startswith("arn:aws:states:")
    [run] = command(aws, "experiments")["runs"]
    assert (run["outcome"], run["version"], run["trigger"]) == ("new version", 1, "upload")
    [row] = command(aws, "history")["retrains"]
    assert (row["outcome"], row["winner"]) == ("succeeded", "abalone")
    assert 0 < row["cost"]["instance_seconds"] < row["cost"]["seconds"]
    assert aws.get("iam")["denials"] == []


def test_a_person_starts_one_and_sees_its_steps(aws):
    document = command(aws, "retrain", "--reason", "again", "--yes", "--wait")
    assert document["status"] == "Succeeded"
    assert [step["name"] for step in document["steps"]] == STEPS
    assert {step["status"] for step in document["steps"]} == {"Succeeded"}


def test_a_failure_is_recorded_with_its_reason(aws):
    upload(aws, "first", [["?"] * len(abalones.COLUMNS)] * 3)
    command(aws, "retrain", "--reason", "broken", "--yes")
    aws.settle()
    row = command(aws, "history")["retrains"][-1]
    assert row["outcome"] == "failed"
    assert row["failure"].startswith("RejectData: malformed_rows: got 100.0%")
    assert "no retry follows" in row["next"]
    assert command(aws, "status")["training"]["failure"] == row["failure"]


def test_second_plan_is_empty_and_destroy_leaves_nothing(aws):
    assert local_terraform.plan_changes(aws.home, VARIABLES, TABULAR) == 0
    assert aws.get("iam")["denials"] == []
    local_terraform.destroy(aws.home, VARIABLES, TABULAR)
    assert aws.client("stepfunctions").list_state_machines()["stateMachines"] == []
