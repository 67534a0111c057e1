"""Distances against SciPy and an independent PSI; drift by the same hours of day."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from benchmarks.drift.streams import DRIFTS, Kind, stream
from sagemaker_pipelines.monitoring.distances import distances, psi
from sagemaker_pipelines.monitoring.drift import Baseline
from sagemaker_pipelines.monitoring.drift_result import LOWEST, MISSING_SCORE, UNKNOWN
from sagemaker_pipelines.monitoring.season import Hourly

DAY = 1440
values = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60)


def slow_psi(before, after):
    edges = sorted({np.percentile(before, share) for share in range(10, 100, 10)})
    total = 0.0
    for low, high in zip([-np.inf, *edges], [*edges, np.inf], strict=True):
        expected = max(sum(low < v <= high for v in before) / len(before), 1e-4)
        found = max(sum(low < v <= high for v in after) / len(after), 1e-4)
        total += (found - expected) * np.log(found / expected)
    return total


def slow_ks(before, after):
    return max(
        abs(np.mean([v <= x for v in before]) - np.mean([v <= x for v in after]))
        for x in [*before, *after]
    )


@given(values, values)
def test_distances_equal_scipy_and_the_formula(before, after):
    found = distances(np.array(before), np.array(after))
    assert found.ks == pytest.approx(slow_ks(before, after))
    assert found.wasserstein == pytest.approx(stats.wasserstein_distance(before, after))
    assert found.psi == pytest.approx(slow_psi(before, after))
    assert psi(np.array(before), np.array(before)) == 0


@pytest.fixture(scope="module")
def fees():
    return stream(Kind("test", noise=0.2, phi=0.8), 9, seed=7)


@pytest.fixture(scope="module")
def baseline(fees):
    return Baseline("fee", fees[: 7 * DAY])


def test_days_without_drift_are_as_before(fees, baseline):
    found = baseline.compare(fees[7 * DAY : 8 * DAY])
    assert found.score < 1
    assert not found.drifted
    assert found.hours == 24
    assert found.known == found.baseline_known == 1


def test_the_same_hours_are_compared(fees, baseline):
    """The night's level in the day is a drift; together, all hours are as before."""
    day = fees[7 * DAY : 8 * DAY]
    shifted = pd.Series(np.roll(day.to_numpy(), DAY // 2), day.index)
    found = baseline.compare(shifted)
    assert found.drifted
    assert found.plain.ks == baseline.compare(day).plain.ks


def test_distances_are_the_means_of_the_hours(fees, baseline):
    window = fees[7 * DAY : 8 * DAY]
    known = fees[: 7 * DAY]
    by_hour = []
    for hour in range(24):
        before, now = known[known.index.hour == hour], window[window.index.hour == hour]
        spread = stats.iqr(before) / 1.349
        by_hour.append(
            (
                slow_psi(before, now),
                stats.ks_2samp(before, now).statistic,
                stats.wasserstein_distance(before, now) / spread,
            )
        )
    assert list(baseline.compare(window).compared) == pytest.approx(np.mean(by_hour, axis=0))


@pytest.mark.parametrize("name", ["level × 1.5", "feature missing", "cycle shifted by 6 h"])
def test_drifts_are_found(fees, baseline, name):
    found = baseline.compare(DRIFTS[name](fees[7 * DAY : 8 * DAY]))
    assert found.drifted
    assert found.reason


def test_half_of_the_values_missing_is_a_drift(fees, baseline):
    window = fees[7 * DAY : 8 * DAY].copy()
    window.iloc[:800] = np.nan
    found = baseline.compare(window)
    assert found.score == MISSING_SCORE
    assert found.reason == "only 44% of the values are known, in the baseline 100%"
    assert found.to_dict()["compared"] is None


def test_feature_that_was_never_known_stays_so(fees):
    unknown = Baseline("fee", fees[:DAY] * np.nan)
    found = unknown.compare(fees[DAY : 2 * DAY] * np.nan)
    assert found.score is None
    assert not found.drifted


def test_hours_without_baseline_are_not_compared(fees):
    morning = Baseline("fee", fees[: 6 * 60])
    assert morning.compare(fees[DAY : DAY + 6 * 60]).hours == 6
    found = morning.compare(fees[DAY : 2 * DAY])
    assert found.score is None
    assert found.reason == "the baseline has 6 of 24 hours of day"


def test_one_day_of_baseline_has_the_widest_limits(fees):
    assert Baseline("fee", fees[:DAY]).limits(frozenset(range(24))) == UNKNOWN


def test_constant_baseline_has_limits_above_zero(fees):
    constant = Baseline("fee", fees[: 3 * DAY] * 0 + 5)
    assert constant.limits(frozenset(range(24))) == LOWEST
    found = constant.compare(fees[7 * DAY : 8 * DAY] * 0 + 5)
    assert found.score == 0
    assert constant.compare(fees[7 * DAY : 8 * DAY]).drifted


def test_days_are_counted_from_the_end(fees):
    hourly = Hourly.of(fees[: 2 * DAY + 60])
    assert set(hourly.day) == {0, 1, 2}
    assert len(hourly.days({2}).values) == 60
