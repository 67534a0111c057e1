"""What the candidates of a tournament are fitted to, and what they forecast from it."""

import json
from importlib.util import find_spec

import numpy as np
import pytest

from common.deepar import QUANTILE_LEVELS
from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.series import parse
from sagemaker_pipelines.paths import JobError, Paths
from sagemaker_pipelines.steps import fits
from sagemaker_pipelines.tournament.candidates import Candidate
from tests.support.training_jobs import SMALL, wave

START = "2024-10-10 00:00:00"
MEMBERS = ("gradient_boosting", "ets", "reference")
VALUES = SMALL | {"members": json.dumps(MEMBERS)}
ALL, RECENT = wave(420), wave(420)[100:]


@pytest.fixture
def paths(tmp_path):
    found = Paths(tmp_path)
    histories = {"gradient_boosting": ALL, "ets_recent": RECENT, "ensemble": ALL}
    for name, target in histories.items():
        write(found.processing(f"train/{name}") / "train.json", [target])
    windows = [wave(120, first) for first in range(430, 520, 15)]
    write(found.processing("requests") / "requests.jsonl", windows)
    write(found.processing("test") / "test.json", windows)
    return found


def write(file, targets):
    lines = [json.dumps({"start": START, "target": target}) + "\n" for target in targets]
    file.write_text("".join(lines))


def measured(name, paths):
    candidate = Candidate(name)
    channel = fits.channel(candidate, paths)
    parts = [
        fits.measure(fit.algorithm, channel, paths=paths, values=VALUES, samples=20)
        for fit in fits.needed(candidate, paths, VALUES)
    ]
    return fits.together(candidate, parts)


def test_member_with_the_training_data_of_a_candidate_is_the_same_fit(paths):
    [trees] = fits.needed(Candidate("gradient_boosting"), paths, VALUES)
    members = fits.needed(Candidate("ensemble"), paths, VALUES)
    assert members[0] == trees
    assert [fit.algorithm for fit in members] == [*MEMBERS]


def test_same_algorithm_with_other_training_data_is_another_fit(paths):
    [recent] = fits.needed(Candidate("ets_recent"), paths, VALUES)
    ets = fits.needed(Candidate("ensemble"), paths, VALUES)[1]
    assert (recent.algorithm, ets.algorithm) == ("ets", "ets")
    assert recent != ets


def test_combination_has_the_forecasts_and_importances_of_one_that_is_fitted_whole(
    paths, tmp_path
):
    found = measured("ensemble", paths)
    registry.fit("ensemble", [parse({"start": START, "target": ALL})], VALUES, tmp_path / "whole")
    whole = registry.load(tmp_path / "whole")
    requests = fits.read_channel(paths.processing("requests"))
    assert found.forecasts == [whole.forecast(one, QUANTILE_LEVELS, 20) for one in requests]
    held_out = fits.read_channel(paths.processing("test"))[:: fits.HELD_OUT_STEP]
    assert found.importances == fits.attributions(whole, held_out)
    assert list(found.importances) == ["gradient_boosting"]


def test_algorithm_that_combines_nothing_is_fitted_as_a_whole(paths):
    found = measured("ets_recent", paths)
    assert np.shape([forecast["mean"] for forecast in found.forecasts]) == (6, 5)
    assert found.importances == {}
    assert registry.combination("ets") is None


def test_hyperparameters_of_members_are_checked_before_anything_is_fitted(paths):
    values = VALUES | {"members": '["reference", "deepar"]', "epochs": "0"}
    with pytest.raises(JobError, match="epochs: got '0'"):
        fits.needed(Candidate("ensemble"), paths, values)


@pytest.mark.parametrize("name", ["deepar", "gradient_boosting"])
def test_algorithms_whose_fits_import_much_have_a_module_for_it(name):
    assert find_spec(registry.fitting(name))
