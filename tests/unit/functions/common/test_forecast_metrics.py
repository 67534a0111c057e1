"""Forecast metrics against scikit-learn, NumPy and SciPy."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import mean_pinball_loss, root_mean_squared_error

from common.forecast_metrics import registry
from common.forecast_metrics.sample import Sample, naive_error

LEVELS = ("0.1", "0.5", "0.9")
value = st.floats(0.01, 1e6)
rows = st.lists(st.tuples(st.none() | value, value, value, value, value), min_size=1, max_size=30)


def sample(table, error=2.0):
    truth, *columns, mean = zip(*table, strict=True)
    ascending = np.sort(np.array(columns), axis=0).tolist()
    return Sample(truth, dict(zip(LEVELS, ascending, strict=True)), mean, error)


@given(rows)
def test_metrics_equal_independent_implementations(table):
    found = registry.compute(data := sample(table))
    known = [k for k, truth in enumerate(data.truth) if truth is not None]
    if not known:
        assert set(found.values()) == {None}
        return
    truth = np.array([data.truth[k] for k in known])
    mean = np.array(data.mean)[known]
    quantiles = {level: np.array(data.quantiles[level])[known] for level in LEVELS}
    losses = [mean_pinball_loss(truth, quantiles[q], alpha=float(q)) for q in LEVELS]
    assert found["mean_wql"] == pytest.approx(2 * np.mean(losses) / truth.mean())
    assert found["rmse"] == pytest.approx(root_mean_squared_error(truth, mean))
    assert found["mase"] == pytest.approx(np.abs(quantiles["0.5"] - truth).mean() / 2)
    inside = (truth >= quantiles["0.1"]) & (truth <= quantiles["0.9"])
    assert found["coverage"] == pytest.approx(inside.mean())
    assert found["calibration"] == {
        level: pytest.approx((truth <= quantiles[level]).mean()) for level in LEVELS
    }
    bins = [np.searchsorted([quantiles[q][k] for q in LEVELS], y) for k, y in enumerate(truth)]
    shares = np.bincount(bins, minlength=4) / len(truth)
    assert found["pit"] == pytest.approx(np.abs(shares - [0.1, 0.4, 0.4, 0.1]).sum() / 2)


@pytest.mark.parametrize("name", registry.load())
def test_every_file_has_what_a_metric_needs(name):
    metric = registry.load()[name]
    assert metric.__doc__
    names = [other.CLOUDWATCH_NAME for other in registry.load().values()]
    assert names.count(metric.CLOUDWATCH_NAME) == 1
    known, unknown = (sample([(truth, 1.0, 4.0, 9.0, 5.0)] * 2) for truth in (5.0, None))
    assert metric.compute(unknown) is None
    assert registry.cloudwatch({name: metric.compute(known)}, [name])


def test_metrics_are_published_under_their_own_names():
    values = registry.compute(sample([(5.0, 1.0, 4.0, 9.0, 5.0), (6.0, 1.0, 7.0, 9.0, 6.0)]))
    published = registry.cloudwatch(values, list(values))
    assert set(published) >= {
        *("CalibrationError", "Coverage", "MASE", "MeanQuantileLoss", "RMSE"),
        *("ShareBelowQuantile10", "ShareBelowQuantile50", "ShareBelowQuantile90"),
    }
    assert published["ShareBelowQuantile50"] == 0.5
    assert registry.cloudwatch(values, ["rmse"]) == {"RMSE": 0.0}


@pytest.mark.parametrize("error", [None, 0.0])
def test_mase_needs_an_error_to_divide_by(error):
    assert registry.compute(sample([(5.0, 1.0, 4.0, 9.0, 5.0)], error))["mase"] is None


def test_only_zeros_have_no_relative_loss():
    values = registry.compute(sample([(0.0, 1.0, 4.0, 9.0, 5.0)]))
    assert values["mean_wql"] is None
    assert values["rmse"] == 5.0
    assert "MeanQuantileLoss" not in registry.cloudwatch(values, list(values))


def test_naive_error_skips_gaps():
    assert naive_error([1.0, 3.0, None, 5.0, 5.0, float("nan"), 9.0]) == 1.0
    assert naive_error([1.0, None, 5.0]) is None


def test_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"metrics .*coverage, .*rmse.*; rsme is unknown"):
        registry.checked(["coverage", "rsme"])


@pytest.fixture
def plug_in(monkeypatch):
    """Add a metric with a compute function."""

    loaded = registry.load()

    def add(compute):
        metric = SimpleNamespace(CLOUDWATCH_NAME="Mine", compute=compute)
        monkeypatch.setattr(registry, "load", lambda: {**loaded, "mine": metric})

    return add


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (math.nan, None),
        (-math.inf, None),
        (np.float32(0.5), 0.5),
        ("high", None),
        ({"0.5": math.inf, "0.90": 0.25}, {"0.9": 0.25}),
        ({"median": 1.0}, None),
    ],
)
def test_value_of_a_plug_in_is_a_number_that_json_and_cloudwatch_accept(plug_in, value, expected):
    plug_in(lambda _: value)
    values = registry.compute(sample([(5.0, 1.0, 4.0, 9.0, 5.0)]))
    assert values["mine"] == expected
    assert values["coverage"] == 1.0
    json.dumps(values, allow_nan=False)
    assert all(map(math.isfinite, registry.cloudwatch(values, ["mine"]).values()))


def test_value_that_cloudwatch_refuses_is_not_published(plug_in):
    plug_in(lambda _: 1e300)
    values = registry.compute(sample([(5.0, 1.0, 4.0, 9.0, 5.0)]))
    assert values["mine"] == 1e300
    assert registry.cloudwatch(values, ["mine", "rmse"]) == {"RMSE": 0.0}


def test_plug_in_that_raises_is_logged_and_costs_no_other_metric(plug_in, caplog):
    plug_in(lambda _: 1 / 0)
    values = registry.compute(sample([(5.0, 1.0, 4.0, 9.0, 5.0)]))
    assert values["mine"] is None
    assert values["rmse"] == 0.0
    assert "metric mine failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text
