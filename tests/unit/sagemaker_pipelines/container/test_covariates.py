"""`cat` and `dynamic_feat`: learned from by DeepAR, with the checks of Amazon DeepAR."""

import json
import shutil

import numpy as np
import pytest

from sagemaker_pipelines.container import covariates, handlers
from sagemaker_pipelines.container.algorithms import metadata, registry
from sagemaker_pipelines.container.covariates import Covariates
from sagemaker_pipelines.container.inference import RequestError
from sagemaker_pipelines.container.series import Series, SeriesError, no_features
from sagemaker_pipelines.paths import JobError
from tests.support.training_jobs import SMALL

START = np.datetime64("2024-10-10T00:00:00", "s")
FACTORS = (2.0, 0.5)  # of the level while the feature is 1, by category
SETTINGS = SMALL | {
    "epochs": "40",
    "num_layers": "1",
    "num_cells": "20",
    "mini_batch_size": "64",
    "learning_rate": "0.02",
}
HORIZON = int(SMALL["prediction_length"])


def history(cat, length=200, seed=0):
    """Return a series whose level changes by a factor of its category while a feature is 1."""
    rng = np.random.default_rng((cat, seed))
    on = (rng.random(length) < 0.1).cumsum() % 2
    target = 100 * FACTORS[cat] ** on * rng.normal(1, 0.02, length)
    dynamic = 1000 + 50 * on[None]  # far from the scale of other inputs
    return Series(START, target.astype("f4"), (cat,), dynamic.astype("f4"))


def request(cat):
    """Return a level history after which the feature changes to 1."""
    on = np.concatenate([np.zeros(60), np.ones(HORIZON)])
    target = 100 * np.random.default_rng(9).normal(1, 0.02, 60)
    return Series(START, target.astype("f4"), (cat,), (1000 + 50 * on[None]).astype("f4"))


def fit(folder, **hyperparameters):
    series = [history(cat, seed=seed) for cat in (0, 1) for seed in range(12)]
    registry.fit("deepar", series, SETTINGS | hyperparameters, folder)
    return registry.load(folder)


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    folder = tmp_path_factory.mktemp("learned")
    return folder, fit(folder)


def error(folder, model):
    """Return the mean error of the two requests relative to the true level."""
    errors = []
    for cat, factor in enumerate(FACTORS):
        used = registry.covariates(folder).select(request(cat), HORIZON)
        median = model.forecast(used, ["0.5"], 100)["quantiles"]["0.5"]
        errors.append(np.abs(np.array(median) / (100 * factor) - 1).mean())
    return float(np.mean(errors))


@pytest.mark.filterwarnings("ignore")  # of GluonTS
@pytest.mark.parametrize("ignored", ["cardinality", "num_dynamic_feat"])
def test_forecast_is_clearly_better_with_than_without(learned, tmp_path, ignored):
    found = error(*learned)
    without = error(tmp_path, fit(tmp_path, **{ignored: "ignore"}))
    assert found < 0.15
    assert without > 2 * found


@pytest.mark.filterwarnings("ignore")
def test_model_says_what_it_learned_from(learned):
    folder, _ = learned
    assert registry.covariates(folder) == Covariates((2,), 1)
    with np.load(folder / "model.npz") as weights:
        assert weights["embedding0"].shape == (2, 10)


def answer(folder, **fields):
    series = {"start": "2024-10-10 00:00:00", "target": [1.0] * 20} | fields
    body = json.dumps({"instances": [series]}).encode()
    _, content = handlers.load(folder, {}).answer(body, "application/json", "")
    return json.loads(content)["predictions"][0]["mean"]


@pytest.mark.filterwarnings("ignore")
def test_request_contains_the_features_of_the_forecast_steps(learned):
    folder, _ = learned
    assert len(answer(folder, cat=[1], dynamic_feat=[[1000.0] * (20 + HORIZON)])) == HORIZON


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "cat: got a list of 0, expected 1 categories, as in the training"),
        ({"cat": [2]}, "cat.0: got 2, expected 0 to 1"),
        ({"cat": [0, 0]}, "cat: got a list of 2, expected 1 categories"),
        ({"cat": [0]}, "dynamic_feat: got '0 lists', expected 1 lists, as in the training"),
        (
            {"cat": [0], "dynamic_feat": [[1.0] * 20]},
            "dynamic_feat: length: got 20, expected 25, the length of target + 5",
        ),
    ],
    ids=["no cat", "unknown category", "two", "no feature", "history only"],
)
def test_request_that_does_not_fit_the_training_is_refused(learned, fields, message):
    with pytest.raises(RequestError) as caught:
        answer(learned[0], **fields)
    assert "instances[0]: " + message in str(caught.value)


def test_fields_that_the_training_did_not_have_are_refused(trained):
    folder = trained[0].model
    with pytest.raises(RequestError, match="cat: got a list of 1, expected no categories"):
        answer(folder, cat=[0])
    with pytest.raises(RequestError, match="dynamic_feat: got '1 lists', expected no lists"):
        answer(folder, dynamic_feat=[[1.0] * 25])


def test_older_model_ignores_them_as_before(trained, tmp_path):
    shutil.copytree(trained[0].model, tmp_path, dirs_exist_ok=True)
    document = metadata.read(tmp_path)
    for name in ("cardinality", "num_dynamic_feat", "dynamic_feat"):
        document.pop(name)
    (tmp_path / metadata.FILE).write_text(json.dumps(document))
    assert answer(tmp_path, cat=[0], dynamic_feat=[[1.0]]) == answer(trained[0].model)


def uncategorized(seed):
    """Return a series that names no category."""
    series = history(0, seed=seed)
    return Series(series.start, series.target)


@pytest.mark.filterwarnings("ignore")
def test_configured_categories_are_those_of_series_that_name_none(tmp_path):
    series = [uncategorized(seed) for seed in range(2)]
    registry.fit("deepar", series, SMALL | {"cat": "[2, 0]"}, tmp_path)
    assert registry.covariates(tmp_path) == Covariates((3, 1), 0, (2, 0))
    assert answer(tmp_path) == answer(tmp_path, cat=[2, 0])
    assert answer(tmp_path) != answer(tmp_path, cat=[1, 0])  # a client may name others
    with pytest.raises(RequestError, match="cat: got a list of 1, expected 2 categories"):
        answer(tmp_path, cat=[2])


@pytest.mark.filterwarnings("ignore")
def test_configured_categories_do_not_replace_those_of_a_series(tmp_path):
    named = Series(START, uncategorized(2).target, (0, 1))
    settings = SMALL | {"cat": "[2, 0]"}
    registry.fit("deepar", [uncategorized(1), named], settings, tmp_path)
    assert registry.covariates(tmp_path) == Covariates((3, 2), 0, (2, 0))


@pytest.mark.parametrize("name", ["gradient_boosting", "reference"])
def test_algorithms_that_learn_from_the_target_alone_do_without_them(tmp_path, name):
    settings = SMALL | {"cat": "[2]"}
    registry.fit(name, [uncategorized(seed) for seed in range(3)], settings, tmp_path)
    assert registry.covariates(tmp_path) == Covariates()
    assert answer(tmp_path)


@pytest.mark.filterwarnings("ignore")
def test_ensemble_does_without_configured_categories(tmp_path):
    settings = SMALL | {"cat": "[2]", "members": '["deepar", "reference"]'}
    registry.fit("ensemble", [uncategorized(seed) for seed in range(3)], settings, tmp_path)
    assert answer(tmp_path)


@pytest.mark.parametrize("text", ["2", "[-1]", "[1.5]", '["a"]', "[100000]"])
def test_malformed_categories_are_refused(text):
    with pytest.raises(JobError, match=r"hyperparameter cat"):
        registry.parse("deepar", SMALL | {"cat": text})


def test_ignored_fields_leave_the_model_unchanged(tmp_path):
    ignore = {"cardinality": "ignore", "num_dynamic_feat": ""}
    plain = Series(START, history(0, 400).target)
    for name, one in (("plain", plain), ("ignored", history(0, 400))):
        registry.fit("gradient_boosting", [one], SMALL | ignore, tmp_path / name)
    files = [(tmp_path / name / "model.npz").read_bytes() for name in ("plain", "ignored")]
    assert files[0] == files[1]


@pytest.mark.parametrize("name", sorted({*registry.ALGORITHMS} - {*registry.LEARN_COVARIATES}))
def test_other_algorithms_refuse_them(name, tmp_path):
    with pytest.raises(JobError, match=f"which {name} does not learn from; set the hyper"):
        registry.fit(name, [history(0, 400)], SMALL, tmp_path)


@pytest.mark.parametrize(
    ("hyperparameters", "second", "message"),
    [
        ({}, {"cat": ()}, "cat: got a list of 0, expected 1 categories"),
        ({}, {"dynamic_feat": no_features()}, "dynamic_feat: got '0 lists', expected 1 lists"),
        ({"cardinality": "[1]"}, {}, "cat.0: got 1, expected 0 to 0"),
        ({"cardinality": "[2, 2]"}, {}, "cat: got a list of 1, expected 2 categories"),
        ({"num_dynamic_feat": "2"}, {}, "dynamic_feat: got '1 lists', expected 2 lists"),
    ],
    ids=["cat missing", "feature missing", "too many", "more groupings", "more features"],
)
def test_training_refuses_series_that_differ(tmp_path, hyperparameters, second, message):
    other = history(1, 400)
    fields = {"cat": other.cat, "dynamic_feat": other.dynamic_feat} | second
    series = [history(0, 400), Series(START, other.target, **fields)]
    with pytest.raises(JobError) as caught:
        registry.fit("deepar", series, SMALL | hyperparameters, tmp_path)
    assert str(caught.value).startswith("train channel: " + message)


def test_length_of_features_in_a_training_is_that_of_the_target():
    one = Series(START, np.ones(10, np.float32), (), np.ones((1, 9), np.float32))
    with pytest.raises(SeriesError, match="dynamic_feat: length: got 9, expected 10, the length"):
        Covariates((), 1).select(one)


def test_explicit_cardinality_may_exceed_that_of_the_data():
    parameters = registry.parse("deepar", SMALL | {"cardinality": "[7]"})
    assert covariates.resolve(parameters, [history(0)]).cardinality == (7,)
