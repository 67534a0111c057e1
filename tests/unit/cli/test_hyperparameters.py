"""`evergreen hyperparameters`: the list, and values that are validated before they are written."""

import json

import pytest

from cli.main import main
from common.hyperparameters import NAMES

PATH = "/evergreen/training/hyperparameters"
DEFAULTS = {"Epochs": "40", "LearningRate": "0.005", "PredictionLength": "30"}


@pytest.fixture
def settings(deployment):
    """Return a function that reads a stored value."""
    parameters = [{"Name": name, "Type": "String"} for name in ("Reason", "EndTime")]
    parameters += [
        {"Name": name, "Type": "String", "DefaultValue": value} for name, value in DEFAULTS.items()
    ]
    deployment.clients("sagemaker").update_pipeline(
        PipelineName="evergreen-training",
        PipelineDefinition=json.dumps({"Parameters": parameters}),
    )
    deployment.parameter("training/hyperparameters/epochs", "60")
    ssm = deployment.clients("ssm")
    return lambda name: ssm.get_parameter(Name=f"{PATH}/{name}")["Parameter"]["Value"]


def listed(deployment, capsys, *arguments):
    assert main(["hyperparameters", *arguments, "--json"], deployment.connect) == 0
    return {row["name"]: row for row in json.loads(capsys.readouterr().out)["hyperparameters"]}


@pytest.mark.parametrize("arguments", [[], ["list"]], ids=["default", "named"])
@pytest.mark.usefixtures("settings")
def test_list_has_value_default_range_and_author(deployment, capsys, arguments):
    rows = listed(deployment, capsys, *arguments)
    assert set(rows) == set(NAMES)
    row = rows["epochs"]
    assert (row["value"], row["default"], row["problem"]) == ("60", "40", None)
    assert row["expected"] == "an integer from 1 to 10000"
    assert row["set_by"]
    assert row["since"].endswith("Z")
    assert (rows["num_cells"]["value"], rows["num_cells"]["set_by"]) == (None, None)


@pytest.mark.usefixtures("settings")
def test_stored_name_that_is_unknown_is_listed_with_its_problem(deployment, capsys):
    deployment.parameter("training/hyperparameters/epoch", "60")
    assert "is epochs meant?" in listed(deployment, capsys)["epoch"]["problem"]


def test_valid_value_is_written(deployment, settings, capsys):
    assert main(["hyperparameters", "set", "epochs", "7"], deployment.connect) == 0
    assert settings("epochs") == "7"
    assert capsys.readouterr().out == "⑧ epochs: 60 → 7, from the next training on\n"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("epochs", "0", "epochs: got '0', expected an integer from 1 to 10000"),
        ("epochs", "many", "epochs: got 'many', expected an integer from 1 to 10000"),
        ("epoch", "7", "epoch: got '7', expected no setting of this name; is epochs meant?"),
        ("prediction_length", "7", "prediction_length: got 7, expected 30, the system's horizon"),
        ("time_freq", "1H", "time_freq: got '1H', expected no setting of this name: a row is a"),
    ],
)
def test_other_value_is_refused_and_nothing_written(
    deployment, settings, capsys, name, value, message
):
    assert main(["hyperparameters", "set", name, value], deployment.connect) == 2
    assert f"evergreen: {message}" in capsys.readouterr().err
    assert settings("epochs") == "60"
    ssm = deployment.clients("ssm")
    stored = ssm.get_parameters_by_path(Path=PATH)["Parameters"]
    assert [entry["Name"] for entry in stored] == [f"{PATH}/epochs"]


def test_values_that_are_still_refused_are_named(deployment, settings, capsys):
    deployment.parameter("training/hyperparameters/num_cells", "no")
    assert main(["hyperparameters", "set", "epochs", "7"], deployment.connect) == 0
    assert "still refused: num_cells: got 'no', expected" in capsys.readouterr().out
    assert settings("epochs") == "7"


def test_help_shows_the_commands(deployment, capsys):
    assert main(["hyperparameters", "--help"], deployment.connect) == 0
    out = capsys.readouterr().out
    assert "list" in out
    assert "set" in out
