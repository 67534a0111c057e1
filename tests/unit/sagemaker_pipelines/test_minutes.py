"""The unbroken series of minutes."""

from datetime import UTC, datetime

from sagemaker_pipelines.steps.minutes import MINUTE, parsed, series

START = datetime(2024, 10, 10, tzinfo=UTC)


def test_fraction_of_a_second_is_later_than_none():
    assert parsed("2024-10-10T00:06:00.360Z") > parsed("2024-10-10T00:06:00Z")


def test_series_has_no_gap_and_begins_with_what_is_known():
    averages = {START + n * MINUTE: float(n) for n in (2, 3, 5, 9)}
    history = series(averages, START, START + 8 * MINUTE)
    assert history.first == START + 2 * MINUTE
    assert history.values == [2.0, 3.0, None, 5.0, None, None]


def test_of_nothing_known_the_whole_window_is_missing():
    history = series({}, START, START + 2 * MINUTE)
    assert (history.first, history.values) == (START, [None, None])
