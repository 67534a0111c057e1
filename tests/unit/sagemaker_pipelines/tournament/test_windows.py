"""Origins of the windows of a tournament."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import tournament
from sagemaker_pipelines.paths import JobError
from sagemaker_pipelines.tournament import windows

REQUIREMENT = windows.Requirement(horizon=30, request_minutes=270)


def history(length, missing=(), start="2024-10-10T00:00:00Z"):
    values = [np.nan if n in missing else float(n + 1) for n in range(length)]
    return pd.Series(values, pd.date_range(start, periods=length, freq="min"))


def test_newest_windows_are_five_minutes_apart_and_end_with_the_history():
    found = windows.origins(history(1800), REQUIREMENT)

    assert found == list(range(1655, 1771, 5))


@given(length=st.integers(450, 900), offset=st.integers(0, 59))
def test_windows_begin_at_multiples_of_five_minutes(length, offset):
    series = history(length, start=f"2024-10-10T00:{offset:02}:00Z")

    found = windows.origins(series, REQUIREMENT)

    assert {series.index[origin].minute % 5 for origin in found} == {0}
    assert all(origin + 30 <= length for origin in found)
    assert found[0] >= tournament.MINIMUM_TRAINING_MINUTES


def test_shortest_history():
    needed = tournament.minimum_minutes(30)

    assert len(windows.origins(history(needed), REQUIREMENT)) == tournament.COUNT
    with pytest.raises(JobError, match="23 usable windows and 300 known minutes before them"):
        windows.origins(history(needed - 5), REQUIREMENT)


def test_windows_without_truth_are_passed_over_for_older_ones():
    found = windows.origins(history(1800, missing=range(1700, 1740)), REQUIREMENT)

    assert len(found) == tournament.COUNT
    assert not {1695, 1700, 1705, 1710} & set(found)
    assert found[0] < 1655


def test_missing_minutes_do_not_count_as_training_data():
    series = history(tournament.minimum_minutes(30), missing=[7])

    with pytest.raises(JobError, match="299 known minutes before them"):
        windows.origins(series, REQUIREMENT)


def test_window_of_zeros_cannot_be_scored():
    series = history(1800)
    series.iloc[1700:1800] = 0

    assert max(windows.origins(series, REQUIREMENT)) < 1700
