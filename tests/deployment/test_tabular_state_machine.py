"""The abalone model trained by Step Functions: by an upload, by a person, to the next workflow."""

import pytest

from scripts import local_terraform
from scripts.provider import TABULAR, TerraformError
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
TRIGGER = "abalone-retrain-trigger"
TRAINING_SECONDS = 45  # of a training that runs during an apply
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


def runs(aws):
    return command(aws, "experiments")["runs"]


def check_uploaded(aws):
    """An upload starts a training that registers a version."""
    upload(aws, "first", abalones.rows(3000))
    training = command(aws, "status")["training"]
    assert training["status"] == "Succeeded", training
    assert training["execution_arn"].startswith("arn:aws:states:")
    [run] = runs(aws)
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


def check_another_workflow(aws, workflow):
    """The apply waits for the end of the training that the deployed workflow runs."""
    changed = VARIABLES | {"training": {"workflow": workflow}}
    upload(aws, "first", abalones.rows(3000))
    slow = {"caller": "abalone-training", "action": "s3:ListBucket", "seconds": TRAINING_SECONDS}
    aws.post("faults", faults=[slow])
    training = command(aws, "retrain", "--reason", workflow, "--yes")["execution_arn"]
    with pytest.raises(TerraformError, match=r"training\.workflow: got 'arn:") as refused:
        local_terraform.apply(aws.home, changed, root=TABULAR)
    assert training in str(refused.value)
    trigger = aws.client("lambda").get_function_configuration(FunctionName=TRIGGER)
    assert training.split(":")[2] in trigger["Environment"]["Variables"]["TRAINING_WORKFLOW_ARN"]
    aws.settle()
    outcomes = {run["execution_arn"]: run["outcome"] for run in runs(aws)}
    assert outcomes[training] == "new version"
    local_terraform.apply(aws.home, changed, root=TABULAR)
    document = command(aws, "retrain", "--reason", "changed", "--yes", "--wait")
    assert document["status"] == "Succeeded"
    assert document["execution_arn"].split(":")[2] != training.split(":")[2]


def test_state_machine_trains_explains_and_leaves_nothing(aws):
    check_uploaded(aws)
    check_requested(aws)
    check_failed(aws)
    check_another_workflow(aws, "pipeline")
    check_another_workflow(aws, "state_machine")
    assert aws.get("iam")["denials"] == []
    assert local_terraform.plan_changes(aws.home, VARIABLES, TABULAR) == 0
    local_terraform.destroy(aws.home, VARIABLES, TABULAR)
    assert aws.client("stepfunctions").list_state_machines()["stateMachines"] == []
