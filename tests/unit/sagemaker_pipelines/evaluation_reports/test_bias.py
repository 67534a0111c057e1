"""Bias report against scikit-learn and pandas; also of a model without times and quantiles."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import mean_pinball_loss, root_mean_squared_error

from sagemaker_pipelines.evaluation_reports import bias, calibration, forecasts
from sagemaker_pipelines.evaluation_reports.groups import Grouping, Labels, parse

LEVELS = ("0.1", "0.5", "0.9")


@pytest.fixture
def rows():
    """Return truths, predictions and a group of 300 rows; some truths are missing."""
    rng = np.random.default_rng(1)
    truth = rng.gamma(4, 10, 300)
    center = truth * rng.normal(1, 0.3, 300)
    quantiles = {level: center + 12 * (float(level) - 0.5) for level in LEVELS}
    truth[::17] = np.nan
    return truth, bias.Predictions(center + 1, quantiles), rng.choice(["a", "b"], 300)


def expected(truth, predictions, inside):
    """Return the scores of some rows by scikit-learn and pandas."""
    inside = inside & ~np.isnan(truth)
    actual, mean = truth[inside], predictions.mean[inside]
    losses = [
        2 * mean_pinball_loss(actual, predictions.quantiles[level][inside], alpha=float(level))
        for level in LEVELS
    ]
    low, high = predictions.quantiles["0.1"][inside], predictions.quantiles["0.9"][inside]
    return {
        "count": inside.sum(),
        "wql": np.mean(losses) / np.abs(actual).mean(),
        "rmse": root_mean_squared_error(actual, mean),
        "coverage": pd.Series(actual).between(low, high).mean(),
        "mean_error": (mean - actual).mean(),
    }


def test_scores_and_ratios_are_those_of_scikit_learn(rows):
    truth, predictions, group = rows
    found = bias.report(truth, predictions, {"letter": Labels(group, ("c", "b", "a"))})
    overall = expected(truth, predictions, np.ones(300, bool))
    assert found["overall"] == pytest.approx(overall)
    assert [row["group"] for row in found["groups"]["letter"]] == ["b", "a"]
    for row in found["groups"]["letter"]:
        own = expected(truth, predictions, group == row.pop("group"))
        ratios = {name: own[name] / overall[name] for name in bias.RATIOS}
        assert row.pop("ratio") == pytest.approx(ratios)
        assert row == pytest.approx(own)


def test_model_without_quantiles_and_times_has_the_scores_of_its_points():
    """Groups are ranges of a feature: the rings of abalone by their length."""
    length, truth = np.array([0.2, 0.4, 0.5, 0.7]), np.array([5.0, 9.0, 10.0, 12.0])
    predictions = bias.Predictions(truth + np.array([1, 1, -1, 3]))
    labels = {"length": Grouping("length", (0.45,)).labels(None, {"length": length})}
    found = bias.report(truth, predictions, labels)
    assert found["overall"] == {
        "count": 4,
        "wql": None,
        "rmse": pytest.approx(np.sqrt(3)),
        "coverage": None,
        "mean_error": 1.0,
    }
    short, long = found["groups"]["length"]
    assert (short["group"], short["rmse"], short["mean_error"]) == ("below 0.45", 1.0, 1.0)
    assert (long["group"], long["rmse"]) == ("0.45 and above", pytest.approx(np.sqrt(5)))
    assert short["ratio"] == {
        "wql": None,
        "rmse": pytest.approx(1 / np.sqrt(3)),
        "coverage": None,
        "mean_error": 1.0,
    }


def test_group_without_a_scale_has_no_wql_and_an_overall_of_zero_no_ratio():
    truth = np.array([0.0, 0.0, 2.0])
    predictions = bias.Predictions(np.array([1.0, 1.0, 0.0]), {"0.5": truth})
    labels = {"x": Labels(np.array(["a", "a", "b"]), ("a", "b"))}
    found = bias.report(truth, predictions, labels)
    assert found["groups"]["x"][0]["wql"] is None
    assert found["overall"]["mean_error"] == 0
    assert [row["ratio"]["mean_error"] for row in found["groups"]["x"]] == [None, None]


def test_no_known_truth_is_refused():
    with pytest.raises(ValueError, match="truth: got no known value"):
        bias.report(np.array([np.nan]), bias.Predictions(np.array([1.0])), {})


def test_calibration_is_the_share_of_truths_at_or_below_a_quantile():
    truth = np.array([1.0, 2.0, 3.0, np.nan, 5.0])
    quantiles = {"0.5": np.array([1.0, 1.0, 9.0, 9.0, 4.0])}
    hours = np.array([3, 3, 3, 3, 22])
    assert calibration.by_hour(truth, quantiles, hours) == [
        {"hour": 3, "count": 3, "calibration": {"0.5": pytest.approx(2 / 3)}},
        {"hour": 22, "count": 1, "calibration": {"0.5": 0.0}},
    ]


def test_rows_of_windows_have_their_minute_step_and_level():
    windows = [
        {"first_minute": "2024-10-10T23:59:00Z", "truth": [10, None], "naive": 5},
        {"first_minute": "2024-10-11T00:00:00Z", "truth": [20, 40], "naive": 500},
    ]
    mean = np.array([[11.0, 1.0], [22.0, 44.0]])
    groupings = parse("hour_of_day;weekday;step:2;level:100")
    found = forecasts.report(windows, mean, {"0.5": mean - 1}, groupings)
    errors = {
        name: {row["group"]: (row["count"], row["mean_error"]) for row in rows}
        for name, rows in found["groups"].items()
    }
    assert errors == {
        "hour_of_day": {"0": (2, 3.0), "23": (1, 1.0)},
        "weekday": {"Thursday": (1, 1.0), "Friday": (2, 3.0)},
        "step": {"below 2": (2, 1.5), "2 and above": (1, 4.0)},
        "level": {"below 100": (1, 1.0), "100 and above": (2, 3.0)},
    }
    assert [row["hour"] for row in found["calibration_by_hour"]] == [0, 23]
