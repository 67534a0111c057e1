"""The reports beside evaluation.json."""

import json

import pytest

from sagemaker_pipelines.evaluation_reports import groups
from sagemaker_pipelines.paths import Paths
from sagemaker_pipelines.steps.evaluate import write_reports
from sagemaker_pipelines.tournament.candidates import attributions_file
from tests.unit.sagemaker_pipelines.tournament.test_evaluation import (
    COUNT,
    HORIZON,
    Version,
    evaluation,
    forecasts,
)

GROUPS = groups.parse("hour_of_day;step:10,20")


@pytest.fixture
def paths(tmp_path):
    found = Paths(tmp_path)
    for name in ("deepar", "ets"):
        text = json.dumps({"candidate": name})
        (found.processing("forecasts") / attributions_file(name)).write_text(text)
    return found


def read(paths, name):
    return json.loads((paths.processing("evaluation") / name).read_text())


def test_bias_of_the_winner_is_written_with_its_attributions(paths):
    write_reports(paths, evaluation(), GROUPS)
    bias = read(paths, "bias.json")
    assert bias["contender"] == "deepar"
    assert bias["overall"]["mean_error"] == pytest.approx(10)
    assert {g: len(rows) for g, rows in bias["groups"].items()} == {"hour_of_day": 3, "step": 3}
    assert sum(row["count"] for row in bias["calibration_by_hour"]) == COUNT * HORIZON
    assert read(paths, "attributions.json") == {"candidate": "deepar"}


def test_winner_without_features_has_no_attributions(paths):
    write_reports(paths, evaluation(candidates=[("naive", 500), ("mean", 10)]), GROUPS)
    assert read(paths, "bias.json")["contender"] == "mean"
    assert not (paths.processing("evaluation") / "attributions.json").exists()


def test_without_a_winner_the_bias_is_that_of_the_best_candidate(paths):
    """The champion stays, or the reference is not beaten: nothing is deployed."""
    champion = (Version(), forecasts(1))
    found = evaluation(champion=champion)
    assert found.verdict.winner is None
    write_reports(paths, found, GROUPS)
    assert read(paths, "bias.json")["contender"] == "deepar"
    assert not (paths.processing("evaluation") / "attributions.json").exists()
