"""Gradient boosting: trees in NumPy, features without the future, forecasts of a known wave."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor

from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.algorithms.gradient_boosting import features, trees
from sagemaker_pipelines.container.series import Series
from tests.support.training_jobs import SMALL, wave


def test_trees_predict_like_scikit_learn():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2000, 6))
    y = x[:, 0] * x[:, 1] + rng.normal(size=2000)
    models = [
        HistGradientBoostingRegressor(loss="quantile", quantile=level, max_iter=count).fit(x, y)
        for level, count in ((0.1, 20), (0.8, 30))
    ]
    found = trees.export(models).predict(x[:300])
    np.testing.assert_allclose(found, [model.predict(x[:300]) for model in models], rtol=1e-12)


@pytest.mark.parametrize("seasons", [[], [20], [7, 45]])
def test_inputs_of_an_origin_depend_only_on_values_before_it(seasons):
    values = np.array(wave(400))
    origins, steps = np.full(30, 300), np.arange(1, 31)
    minutes = np.zeros(30)
    before = features.rows(values, origins, steps, seasons, minutes)
    values[300:] = 1e6
    np.testing.assert_array_equal(features.rows(values, origins, steps, seasons, minutes), before)


def test_inputs_are_independent_of_the_level():
    values = np.array(wave(400))
    arguments = np.full(5, 350), np.arange(1, 6), [20], np.zeros(5)
    np.testing.assert_allclose(
        features.rows(values, *arguments), features.rows(1000 * values, *arguments)
    )


def test_seasons_are_the_periods_of_the_series():
    assert 20 in features.seasons(np.array(wave(400)), 10, 200, 2)
    assert features.seasons(np.ones(400), 10, 200, 2) == []


@pytest.mark.parametrize("seasons", [[], [20], [7, 45]])
def test_every_input_has_a_name(seasons):
    values = np.array(wave(400))
    found = features.rows(values, np.array([300]), np.array([4]), seasons, np.array([0.25]))
    names = features.names(seasons)
    assert len(set(names)) == len(names) == found.shape[1]
    inputs = dict(zip(names, found[0], strict=True))
    level = np.median(values[240:300])
    assert inputs["lag_7"] == values[293] / level
    assert inputs["std_30"] == pytest.approx(values[270:300].std() / level)
    assert inputs["quantile_0.9_60"] == pytest.approx(np.quantile(values[240:300], 0.9) / level)
    assert (inputs["step"], inputs["hour_sin"]) == (4, 1)


@pytest.mark.filterwarnings("ignore")
def test_examples_are_the_forecasts_of_the_last_values(tmp_path):
    target = np.array(wave(600), "f4")
    start = np.datetime64("2024-10-10T00:00:00", "s")
    registry.fit("gradient_boosting", [Series(start, target[:400])], SMALL, tmp_path)
    model = registry.load(tmp_path)
    gap = target.copy()
    gap[-2] = np.nan
    series = [Series(start, target[:500]), Series(start, gap)]
    levels = ["0.1", "0.5"]
    [(name, found)] = model.examples(series, levels).items()
    assert name == "gradient_boosting"
    assert found.table.shape == (2 * model.horizon - 1, len(found.names))
    known = [n for n in range(model.horizon) if n != model.horizon - 2]
    np.testing.assert_array_equal(
        found.truth, [*target[500 - model.horizon : 500], *gap[-model.horizon :][known]]
    )
    expected = [
        model.forecast(one.upto(len(one.target) - model.horizon), levels, 1) for one in series
    ]
    for level in levels:
        first, second = (forecast["quantiles"][level] for forecast in expected)
        rows = [*first, *np.array(second)[known]]
        np.testing.assert_allclose(found.predict(found.table)[level], rows)


def test_wave_is_forecast_also_at_another_level(tmp_path):
    truth = np.array(wave(600))
    start = np.datetime64("2024-10-10T00:00:00", "s")
    registry.fit("gradient_boosting", [Series(start, truth[:400].astype("f4"))], SMALL, tmp_path)
    model = registry.load(tmp_path)
    for factor in (1, 50):
        context = Series(start, (factor * truth[:500]).astype("f4"))
        found = model.forecast(context, ["0.1", "0.5", "0.9"], 1)
        error = np.abs(found["quantiles"]["0.5"] / (factor * truth[500:505]) - 1)
        assert error.max() < 0.15
