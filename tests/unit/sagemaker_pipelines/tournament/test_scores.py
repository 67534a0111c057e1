"""Scores against independent implementations."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import scores as common_scores
from sagemaker_pipelines.paths import JobError
from sagemaker_pipelines.tournament import scores
from sagemaker_pipelines.tournament.scores import Forecasts

LEVELS = ("0.1", "0.5", "0.9")


def sample(seed=0, windows=7, horizon=30):
    rng = np.random.default_rng(seed)
    truth = rng.lognormal(8, 0.5, (windows, horizon))
    rows = np.sort(rng.lognormal(8, 0.5, (3, windows, horizon)), axis=0)
    return truth, Forecasts(dict(zip(LEVELS, rows, strict=True)), rows[1])


@pytest.mark.filterwarnings("ignore")
def test_quantile_losses_are_those_of_the_gluonts_evaluator():
    # Imported here because GluonTS warns when it is imported.
    from gluonts.evaluation import Evaluator  # noqa: PLC0415
    from gluonts.model.forecast import QuantileForecast  # noqa: PLC0415

    truth, forecasts = sample()
    index = pd.period_range("2024-10-10", periods=31, freq="min")
    series = [pd.Series([1.0, *row], index) for row in truth]
    predicted = [
        QuantileForecast(
            np.array([forecasts.quantiles[level][n] for level in LEVELS]),
            start_date=index[1],
            forecast_keys=list(LEVELS),
        )
        for n in range(len(truth))
    ]
    evaluator = Evaluator(quantiles=[0.1, 0.5, 0.9], num_workers=None)
    expected, _ = evaluator(iter(series), iter(predicted))

    found = scores.report(truth, forecasts, naive_error=1.0)

    assert found["mean_wql"] == pytest.approx(expected["mean_wQuantileLoss"])
    for level in LEVELS:
        assert found["wql"][level] == pytest.approx(expected[f"wQuantileLoss[{level}]"])
        assert found["calibration"][level] == pytest.approx(expected[f"Coverage[{level}]"])


@given(seed=st.integers(0, 1000), missing=st.floats(0, 0.9))
def test_loss_is_that_of_the_monitor(seed, missing):
    truth, forecasts = sample(seed, windows=3)
    truth[np.random.default_rng(seed).random(truth.shape) < missing] = np.nan
    truth[:, 0] = 5000.0

    found = scores.report(truth, forecasts, naive_error=1.0)

    flat = {level: rows.ravel().tolist() for level, rows in forecasts.quantiles.items()}
    assert found["mean_wql"] == pytest.approx(common_scores.mean_wql(truth.ravel().tolist(), flat))
    losses, scale = scores.mean_losses(truth, forecasts), scores.scale(truth)
    assert found["mean_wql"] == pytest.approx(losses.sum() / scale.sum())


def test_point_errors_and_coverage():
    truth = np.array([[1.0, 2.0, np.nan, 4.0]])
    rows = {"0.1": np.zeros((1, 4)), "0.5": np.full((1, 4), 2.0), "0.9": np.full((1, 4), 3.0)}

    found = scores.report(truth, Forecasts(rows, rows["0.9"]), naive_error=0.5)

    assert found["rmse"] == pytest.approx(np.sqrt((4 + 1 + 1) / 3))
    assert found["mase"] == pytest.approx((1 + 0 + 2) / 3 / 0.5)
    assert found["coverage"] == pytest.approx(2 / 3)
    assert found["calibration"] == {
        "0.1": 0.0,
        "0.5": pytest.approx(2 / 3),
        "0.9": pytest.approx(2 / 3),
    }


def test_forecasts_of_single_windows_are_joined():
    responses = [{"quantiles": {"0.5": [n, n]}, "mean": [n, n + 1]} for n in range(3)]

    joined = Forecasts.from_responses(responses)

    assert joined.quantiles["0.5"].tolist() == [[0, 0], [1, 1], [2, 2]]
    assert joined.windows(2).mean.tolist() == [[2, 3]]


@pytest.mark.parametrize("naive_error", [None, 0.0])
def test_without_a_change_in_the_training_data_there_is_no_mase(naive_error):
    rows = np.ones((1, 2))
    found = scores.report(rows, Forecasts({"0.5": rows}, rows), naive_error)
    assert found["mase"] is None
    assert found["mean_wql"] == 0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"mean": [1.0, 1e308]}, r"of x, mean: got 1e\+308, expected at most 1e\+18\.$"),
        ({"mean": [1.0, float("nan")]}, "of x, mean: got nan"),
        ({"quantiles": {"0.5": [1.0, -float("inf")]}}, r"of x, 0\.5: got -inf"),
        ({"mean": "no"}, "of x: expected DeepAR's JSON"),
        ({"quantiles": []}, "of x: expected DeepAR's JSON"),
        ({"quantiles": {"0.5": [1.0]}}, "of x: expected DeepAR's JSON"),
    ],
)
def test_implausible_forecasts_are_named(changes, reason):
    good = {"quantiles": {"0.5": [1.0, 2.0]}, "mean": [1.0, 2.0]}
    with pytest.raises(JobError, match=reason):
        Forecasts.from_responses([good, good | changes], "x")
