from datetime import UTC, datetime, timedelta
from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from common import threshold
from common.threshold import ThresholdPolicy, Window

START = datetime(2024, 10, 10, tzinfo=UTC)
HORIZON = 30
scores = st.lists(st.floats(-2, 2), min_size=1, max_size=96)


def windows(scores, minutes=HORIZON):
    """Windows that begin this many minutes apart."""
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


def test_relative_loss_is_the_geometric_mean_of_the_ratios():
    assert threshold.relative_loss([log(2), log(8)]) == pytest.approx(4)
    assert threshold.relative_loss([]) is None


@pytest.mark.parametrize("probability", [0.9, 0.95, 0.98, 0.99])
@pytest.mark.parametrize("freedom", [4, 7.5, 20, 100])
def test_student_quantile_equals_that_of_scipy(probability, freedom):
    expected = stats.t.ppf(probability, freedom)
    assert threshold.student_quantile(probability, freedom) == pytest.approx(expected, rel=0.01)


@given(scores, st.integers(1, 4))
def test_thresholds_are_above_the_typical_loss_and_wider_for_fewer_windows(values, per_reading):
    limits = threshold.followed(windows(values), HORIZON, per_reading)
    assert len(limits) == per_reading
    assert limits == sorted(limits, reverse=True)
    assert limits[-1] >= exp(np.mean(values)) * threshold.MINIMUM_MARGIN * (1 - 1e-9)


@given(scores, st.randoms())
def test_order_of_windows_does_not_matter(values, random):
    ordered = windows(values)
    shuffled = random.sample(ordered, len(ordered))
    assert threshold.followed(shuffled, HORIZON, 2) == threshold.followed(ordered, HORIZON, 2)


def test_overlapping_windows_count_by_the_minutes_that_they_add():
    values = list(np.random.default_rng(0).normal(0, 0.3, 24))
    overlapping = threshold.followed(windows(values, 5), HORIZON, 1)[0]
    disjoint = threshold.followed(windows(values), HORIZON, 1)[0]
    farther = threshold.followed(windows(values, 90), HORIZON, 1)[0]
    assert overlapping > disjoint == farther


def test_a_served_reference_never_exceeds_its_threshold():
    for count in (1, 4, 24, 96):
        assert min(threshold.followed(windows([0.0] * count), HORIZON, 2)) > 1


def test_few_readings_of_a_steady_version_exceed_the_threshold():
    random = np.random.default_rng(1)
    above = []
    for _ in range(400):
        limit = threshold.followed(windows(random.normal(-0.2, 0.35, 96)), HORIZON, 2)[1]
        readings = np.exp(random.normal(-0.2, 0.35 / sqrt(2), 100))
        above.append(np.mean(readings > limit))
    assert np.mean(above) == pytest.approx(threshold.FALSE_READINGS, abs=0.01)


def test_no_windows_are_an_error():
    with pytest.raises(ValueError, match="windows: got none"):
        threshold.followed([], HORIZON, 2)


@pytest.mark.parametrize(
    ("policy", "previous", "expected"),
    [
        (ThresholdPolicy(), [1.0, 1.0], [1.5, 1.2]),
        (ThresholdPolicy("fixed", value=1.3), [1.0, 1.0], [1.3, 1.3]),
        (ThresholdPolicy("ratchet", slack=0.1), [1.0, 1.0], [1.1, 1.1]),
        (ThresholdPolicy("ratchet", slack=0.1), [2.0, 2.0], [1.5, 1.2]),
        (ThresholdPolicy("ratchet"), None, [1.5, 1.2]),
    ],
    ids=["follow", "fixed", "ratchet limits", "ratchet falls", "first version"],
)
def test_policy(policy, previous, expected):
    assert threshold.applied(policy, [1.5, 1.2], previous) == pytest.approx(expected)


def test_policy_fixed_without_a_value_is_an_error():
    with pytest.raises(ValueError, match="value: got nothing"):
        threshold.applied(ThresholdPolicy("fixed"), [1.5], None)
