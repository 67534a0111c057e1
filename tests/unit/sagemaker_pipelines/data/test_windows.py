"""Backtest windows."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagemaker_pipelines.data.windows import MIN_WINDOWS, TooShortError, plan, usable


def test_long_history_has_all_windows_30_minutes_apart():
    result = plan(30 * 60, horizon=30, window_count=24)
    assert len(result.origins) == 24
    assert result.origins[-1] == 1770
    assert {b - a for a, b in zip(result.origins, result.origins[1:], strict=False)} == {30}


def test_shorter_history_has_closer_windows_before_fewer():
    assert len(plan(12 * 60, horizon=30, window_count=24).origins) == 24
    assert MIN_WINDOWS <= len(plan(300, horizon=30, window_count=24).origins) < 24


@given(st.integers(300, 20_000), st.integers(1, 60), st.integers(8, 200))
def test_training_has_60_percent_and_no_window(length, horizon, window_count):
    try:
        result = plan(length, horizon, window_count)
    except TooShortError:
        return
    assert result.training_end >= 0.6 * length
    assert result.training_end == min(result.origins)
    assert max(result.origins) + horizon == length
    assert MIN_WINDOWS <= len(result.origins) <= max(window_count, MIN_WINDOWS)
    assert len(set(result.origins)) == len(result.origins)


def test_too_short_history_is_rejected():
    with pytest.raises(TooShortError, match="80 minutes of history are too few"):
        plan(80, horizon=30, window_count=24)


@pytest.mark.parametrize(
    ("known_truth", "known_past", "expected"),
    [(15, 30, True), (14, 60, False), (30, 29, False)],
    ids=["half-of-both", "truth-missing", "past-missing"],
)
def test_window_requires_half_of_its_minutes(known_truth, known_past, expected):
    past = [1.0] * known_past + [np.nan] * (60 - known_past)
    truth = [1.0] * known_truth + [np.nan] * (30 - known_truth)
    assert usable(pd.Series(past + truth), 60, 30, 60) is expected
