"""Which row holds for a minute."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagemaker_pipelines.steps.minutes import MINUTE, Row, latest, parsed, series

START = datetime(2024, 10, 10, tzinfo=UTC)
ROW = Row(minute=START, average_fee=10.0, event_time=START + MINUTE)
SECOND = timedelta(seconds=1)

times = st.integers(0, 3).map(lambda n: START + n * SECOND)
rows = st.builds(
    Row,
    minute=st.integers(0, 3).map(lambda n: START + n * MINUTE),
    average_fee=st.floats(0, 1e6),
    event_time=times,
    api_invocation_time=times,
    write_time=times,
    is_deleted=st.booleans(),
)


def distinct(row):
    return (row.minute, row.event_time, row.api_invocation_time, row.write_time, row.is_deleted)


@given(st.lists(rows, unique_by=distinct), st.randoms())
def test_order_and_repetition_of_rows_change_nothing(written, random):
    shuffled = written * 2
    random.shuffle(shuffled)
    assert latest(shuffled) == latest(written)


@given(st.lists(rows, unique_by=distinct))
def test_holding_row_is_the_greatest_of_its_minute(written):
    held = latest(written)
    for minute in {row.minute for row in written}:
        newest = max((row for row in written if row.minute == minute), key=distinct)
        assert held.get(minute) == (None if newest.is_deleted else newest)


@pytest.mark.parametrize(
    "newer",
    [
        pytest.param({"event_time": ROW.event_time + SECOND / 1000}, id="event-time"),
        pytest.param({"api_invocation_time": START}, id="then-call"),
        pytest.param({"write_time": START}, id="then-write"),
    ],
)
def test_newer_row_holds_by(newer):
    newer = replace(ROW, average_fee=20.0, **newer)
    assert latest([newer, ROW]) == {START: newer}


def test_late_call_with_an_old_event_time_does_not_hold():
    old = replace(ROW, average_fee=1.0, event_time=START, api_invocation_time=START + MINUTE)
    assert latest([ROW, old]) == {START: ROW}


def test_deleted_minute_is_missing_until_it_is_written_again():
    deleted = replace(ROW, is_deleted=True, event_time=ROW.event_time + SECOND)
    again = replace(ROW, average_fee=30.0, event_time=ROW.event_time + 2 * SECOND)
    assert latest([ROW, deleted]) == {}
    assert latest([again, ROW, deleted]) == {START: again}


def test_fraction_of_a_second_is_later_than_none():
    assert parsed("2024-10-10T00:06:00.360Z") > parsed("2024-10-10T00:06:00Z")


def test_series_has_no_gap_and_begins_with_what_is_known():
    rows = {
        START + n * MINUTE: replace(ROW, average_fee=None if n == 1 else float(n))
        for n in (1, 2, 3, 5, 9)
    }
    history = series(rows, START, START + 8 * MINUTE)
    assert history.first == START + 2 * MINUTE
    assert history.values == [2.0, 3.0, None, 5.0, None, None]


def test_of_nothing_known_the_whole_window_is_missing():
    history = series({}, START, START + 2 * MINUTE)
    assert (history.first, history.values) == (START, [None, None])
