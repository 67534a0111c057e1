"""Rows against random samples of the baseline: few false alarms, and clear shifts are found."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sagemaker_pipelines.monitoring.drift_result import LOWEST, MISSING_SCORE
from sagemaker_pipelines.monitoring.row_drift import MAXIMUM_ROWS, MINIMUM_ROWS, RowBaseline

KINDS = {
    "normal": lambda draw, count: draw.normal(size=count),
    "skewed": lambda draw, count: draw.lognormal(0, 1, count),
    "few values": lambda draw, count: draw.poisson(2, count).astype(float),
    "share": lambda draw, count: (draw.random(count) < 0.3).astype(float),
    "rare": lambda draw, count: (draw.random(count) < 0.02).astype(float),
}
CHANGES = {
    "shifted": lambda values: values + 0.6 * values.std(),
    "scaled": lambda values: values * 2.5,
    "inverted": lambda values: values.max() - values,
}


def rows(kind, count, seed):
    return pd.Series(KINDS[kind](np.random.default_rng(seed), count))


@pytest.mark.parametrize("count", [30, 100, 1000])
@pytest.mark.parametrize("kind", KINDS)
def test_rows_like_those_of_the_training_hardly_ever_drift(kind, count):
    alarms = 0
    for seed in range(3):
        baseline = RowBaseline("x", rows(kind, 1000, seed))
        windows = (rows(kind, count, 1000 * (seed + 1) + number) for number in range(60))
        alarms += sum(baseline.compare(window).drifted for window in windows)
    assert alarms <= 1  # of 180


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("normal", "shifted"),
        ("normal", "scaled"),
        ("skewed", "scaled"),
        ("skewed", "inverted"),
        ("few values", "shifted"),
        ("share", "inverted"),
        ("rare", "inverted"),
    ],
)
def test_clear_changes_are_found(kind, change):
    baseline = RowBaseline("x", rows(kind, 1000, 1))
    for seed in range(20):
        found = baseline.compare(CHANGES[change](rows(kind, 500, 10 + seed)))
        assert found.drifted, found
        assert found.score > 1


def test_distances_are_those_of_all_rows():
    before, now = rows("normal", 1000, 1), rows("normal", 200, 2) + 0.3
    found = RowBaseline("x", before).compare(now)
    assert found.compared.ks == pytest.approx(stats.ks_2samp(before, now).statistic)
    unit = stats.iqr(before) / 1.349
    expected = stats.wasserstein_distance(before, now) / unit
    assert found.compared.wasserstein == pytest.approx(expected)
    assert found.plain is None
    assert found.hours == 0
    assert found.medians["window"] == now.median()
    assert all(limit >= lowest for limit, lowest in zip(found.limits, LOWEST, strict=True))


def test_limits_are_wider_for_fewer_rows():
    baseline = RowBaseline("x", rows("normal", 1000, 1))
    assert baseline.limits(30).ks > baseline.limits(100).ks > LOWEST.ks
    assert baseline.limits(2000) == LOWEST


def test_many_rows_are_thinned_out_without_a_change():
    values = rows("skewed", 25_000, 1).sort_values(ascending=False)
    baseline = RowBaseline("x", values)
    assert len(baseline.values) == MAXIMUM_ROWS
    assert np.median(baseline.values) == pytest.approx(values.median(), rel=1e-3)
    assert not baseline.compare(rows("skewed", 25_000, 2)).drifted


def test_few_rows_are_not_compared():
    baseline = RowBaseline("x", rows("normal", 100, 1))
    found = baseline.compare(rows("normal", MINIMUM_ROWS - 1, 2))
    assert (found.score, found.reason) == (
        None,
        "the window has 29 values, expected at least 30",
    )
    small = RowBaseline("x", rows("normal", 20, 1)).compare(rows("normal", 100, 2))
    assert small.reason == "the baseline has 20 values, expected at least 30"
    assert not baseline.compare(pd.Series(dtype=float)).drifted


def test_values_that_vanish_are_a_drift():
    window = rows("normal", 100, 2)
    window[:60] = np.nan
    found = RowBaseline("x", rows("normal", 100, 1)).compare(window)
    assert found.score == MISSING_SCORE
    assert found.reason == "only 40% of the values are known, in the baseline 100%"


def test_constant_feature_drifts_when_it_changes():
    baseline = RowBaseline("x", pd.Series([5.0] * 100))
    assert baseline.compare(pd.Series([5.0] * 100)).score == 0
    assert baseline.compare(pd.Series([6.0] * 100)).drifted
