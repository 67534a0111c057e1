from datetime import UTC, datetime, timedelta
from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from common import threshold
from common.alarm_policy import AlarmPolicy
from common.threshold import Threshold, ThresholdPolicy, Window

START = datetime(2024, 10, 10, tzinfo=UTC)
HORIZON = 30
POLICY = AlarmPolicy()
scores = st.lists(st.floats(-2, 2), min_size=1, max_size=96)


def follow(scores, minutes=HORIZON, policy=POLICY):
    """Return the threshold for windows that begin this many minutes apart."""
    return threshold.follow(windows(scores, minutes), HORIZON, policy)


def windows(scores, minutes=HORIZON):
    return [
        Window(START + timedelta(minutes=minutes * number), value)
        for number, value in enumerate(scores)
    ]


@pytest.mark.parametrize(
    ("loss", "reference", "expected"),
    [
        (0.2, 0.1, log(2)),
        (0.1, 0.1, 0.0),
        (0.0, 0.0, 0.0),
        (0.0, 0.1, None),
        (0.1, 0.0, None),
        (1.0, 1e-9, log(10)),
        (1e-9, 1.0, -log(10)),
    ],
)
def test_score_is_the_log_ratio_of_the_losses(loss, reference, expected):
    assert threshold.score(loss, reference) == pytest.approx(expected)


@pytest.mark.parametrize("probability", [0.9, 0.98, 0.99, 0.999])
@pytest.mark.parametrize("freedom", [20, 27.5, 100])
def test_student_quantile_equals_that_of_scipy(probability, freedom):
    expected = stats.t.ppf(probability, freedom)
    assert threshold.student_quantile(probability, freedom) == pytest.approx(expected, rel=1e-3)


@given(scores)
def test_threshold_is_above_the_typical_loss(values):
    limit = follow(values)
    assert limit.typical == pytest.approx(exp(np.mean(values)))
    assert limit.value > limit.typical


@given(scores)
def test_a_smoother_average_or_more_windows_per_reading_have_a_lower_threshold(values):
    def value(policy):
        return threshold.follow(windows(values), HORIZON, policy, ceiling=float("inf")).value

    assert value(AlarmPolicy(smoothing_factor=0.2)) < value(POLICY)
    assert value(AlarmPolicy(windows_per_reading=4)) < value(POLICY)


@given(scores)
def test_version_that_is_no_better_than_the_reference_is_above_the_ceiling_or_typical(values):
    found = follow(values)

    assert found.value <= found.ceiling
    assert found.ceiling == 1.0 or found.typical < found.ceiling
    later = threshold.follow(windows([10.0] * 24), HORIZON, POLICY, found.ceiling)
    assert later.value == found.ceiling


@given(scores, st.randoms())
def test_order_of_windows_does_not_matter(values, random):
    ordered = windows(values)
    shuffled = random.sample(ordered, len(ordered))
    expected = threshold.follow(ordered, HORIZON, POLICY)
    assert threshold.follow(shuffled, HORIZON, POLICY) == expected


def test_overlapping_windows_count_by_the_minutes_that_they_cover():
    values = list(np.random.default_rng(0).normal(0, 0.3, 24))
    assert follow(values, 5).value > follow(values).value
    assert follow(values, 90) == follow(values)
    # 13 windows 5 minutes apart cover as many minutes as 3 disjoint ones.
    assert follow([0.5] * 13, 5).value == pytest.approx(follow([0.5] * 3).value)


def test_a_window_that_is_given_twice_counts_once():
    twice = windows([0.1, 0.3]) + windows([0.1, 0.3])
    expected = threshold.follow(windows([0.1, 0.3]), HORIZON, POLICY)
    found = threshold.follow(twice, HORIZON, POLICY)
    assert found.value == pytest.approx(expected.value)


def test_a_served_reference_is_below_its_threshold():
    for count in (1, 4, 24, 96):
        limit = follow([0.0] * count)
        assert limit.typical == 1 < limit.value


def test_few_readings_of_a_steady_version_exceed_the_threshold():
    random = np.random.default_rng(1)
    mean, deviation, newest = -0.2, 0.4, POLICY.smoothing_factor
    above = []
    for _ in range(300):
        limit = follow(random.normal(mean, deviation, 96))
        average, exceeded = mean, 0
        for score in random.normal(mean, deviation / sqrt(2), 300):
            average += newest * (score - average)
            exceeded += exp(average) > limit.value
        above.append(exceeded / 300)
    assert np.mean(above) == pytest.approx(threshold.FALSE_READINGS, abs=0.003)


def test_no_windows_are_an_error():
    with pytest.raises(ValueError, match="windows: got none"):
        threshold.follow([], HORIZON, POLICY)


@pytest.mark.parametrize(
    ("policy", "previous", "expected"),
    [
        (ThresholdPolicy(), 1.0, 1.5),
        (ThresholdPolicy("fixed", value=1.3), 1.0, 1.3),
        (ThresholdPolicy("ratchet", slack=0.1), 1.0, 1.1),
        (ThresholdPolicy("ratchet", slack=0.1), 2.0, 1.5),
        (ThresholdPolicy("ratchet"), None, 1.5),
    ],
    ids=["follow", "fixed", "ratchet limits", "ratchet falls", "first version"],
)
def test_policy(policy, previous, expected):
    assert policy.apply(Threshold(0.9, 1.5), previous) == Threshold(0.9, pytest.approx(expected))


def test_policy_fixed_without_a_value_is_an_error():
    with pytest.raises(ValueError, match="value: got None"):
        ThresholdPolicy("fixed").apply(Threshold(0.9, 1.5), None)
