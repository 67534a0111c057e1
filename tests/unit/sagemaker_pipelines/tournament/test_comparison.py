"""Paired comparison with a block bootstrap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagemaker_pipelines.tournament import comparison

OVERLAP = 6


def compare(losses, others):
    return comparison.compare(losses, others, overlap=OVERLAP)


POSITIVE = st.lists(st.floats(0.1, 100), min_size=12, max_size=40)


@given(losses=POSITIVE)
def test_equal_losses_tie(losses):
    array = np.array(losses)

    found = compare(array, array)

    assert (found.ratio, found.low, found.high) == (1.0, 1.0, 1.0)
    assert not found.better
    assert not found.worse


@given(losses=POSITIVE, factor=st.floats(0.1, 0.99))
def test_a_loss_that_is_smaller_in_every_window_is_better(losses, factor):
    array = np.array(losses)

    assert compare(factor * array, array).better
    assert compare(array, factor * array).worse
    assert compare(factor * array, array).ratio == pytest.approx(factor)


@given(losses=POSITIVE, others=POSITIVE)
def test_exchanging_the_contenders_inverts_the_interval(losses, others):
    count = min(len(losses), len(others))
    a, b = np.array(losses[:count]), np.array(others[:count])

    one, other = compare(a, b), compare(b, a)

    assert one.ratio == pytest.approx(1 / other.ratio)
    assert one.low == pytest.approx(1 / other.high, rel=0.05)


@pytest.mark.parametrize("windows", [12, 24, 48])
def test_interval_of_overlapping_windows_covers_the_true_ratio(windows):
    assert coverage(windows) == pytest.approx(0.9, abs=0.07)


def test_uncorrected_bootstrap_is_too_short(monkeypatch):
    monkeypatch.setattr(comparison, "_correction", lambda *_: 1.0)

    assert coverage(24) < 0.75


def coverage(windows, repetitions=300):
    """Return how often the 90 % interval contains 1 for two equally good contenders."""
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(repetitions):
        steps = rng.lognormal(0, 0.5, (2, windows + OVERLAP - 1))
        a, b = (np.convolve(row, np.ones(OVERLAP), mode="valid") for row in steps)
        found = compare(a, b)
        covered += found.low <= 1 <= found.high
    return covered / repetitions


def test_perfect_forecasts_are_equal():
    assert compare(np.zeros(12), np.zeros(12)).ratio == 1.0
    assert compare(np.zeros(12), np.ones(12)).better
    assert compare(np.ones(12), np.zeros(12)).worse
