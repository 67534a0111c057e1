"""Permutation importance: of a tabular model as scikit-learn computes it, and by its formula."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression

from sagemaker_pipelines.evaluation_reports.attributions import importances

NAMES = ("length", "weight", "noise")


def squared(truth, predicted):
    return float(np.mean((truth - predicted) ** 2))


@pytest.fixture(scope="module")
def data():
    """Independent features of different scales; the last one is irrelevant."""
    rng = np.random.default_rng(7)
    table = rng.normal(size=(4000, 3)) * (1.0, 10.0, 5.0)
    return table, 3 * table[:, 0] - 0.1 * table[:, 1] + rng.normal(size=4000)


@pytest.mark.parametrize(
    "model",
    [LinearRegression(), HistGradientBoostingRegressor(max_iter=20, random_state=0)],
    ids=["linear", "trees"],
)
def test_importances_are_those_of_scikit_learn(data, model):
    table, truth = data
    model.fit(table[:3000], truth[:3000])
    held_out = table[3000:], truth[3000:]
    found = importances(model.predict, held_out[0], NAMES, held_out[1], squared, repeats=4, seed=3)
    expected = permutation_importance(
        model, *held_out, scoring="neg_mean_squared_error", n_repeats=4, random_state=3
    )
    by_name = {row["feature"]: (row["importance"], row["std"]) for row in found["features"]}
    for k, name in enumerate(NAMES):
        values = expected.importances_mean[k], expected.importances_std[k]
        assert by_name[name] == pytest.approx(values, rel=1e-9)
    assert found["loss"] == pytest.approx(squared(held_out[1], model.predict(held_out[0])))
    assert (found["rows"], found["repeats"]) == (1000, 4)


def test_importance_of_a_linear_term_is_twice_its_variance(data):
    """E (b x - b x')² = 2 b² var(x) for a shuffled x' that is independent of x."""
    table, truth = data
    found = importances(
        lambda rows: 3 * rows[:, 0] - 0.1 * rows[:, 1], table, NAMES, truth, squared, repeats=20
    )
    assert [row["feature"] for row in found["features"]] == list(NAMES)
    values = [row["importance"] for row in found["features"]]
    assert values[0] == pytest.approx(2 * 9 * np.var(table[:, 0]), rel=0.05)
    assert values[1] == pytest.approx(2 * 0.01 * np.var(table[:, 1]), rel=0.1)
    assert values[2] == 0


def test_predictions_may_be_quantiles(data):
    table, truth = data

    def loss(truth, quantiles):
        return sum(squared(truth, values) for values in quantiles.values())

    found = importances(
        lambda rows: {"0.1": rows[:, 0] - 1, "0.9": rows[:, 0] + 1}, table, NAMES, truth, loss
    )
    assert found["features"][0]["feature"] == "length"
    assert [row["importance"] for row in found["features"][1:]] == [0, 0]
