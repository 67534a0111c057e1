"""③ The current row of each minute, now and as of an earlier time."""

import math
from datetime import timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sagemaker_pipelines.data.feature_store import rows
from tests.support.offline_store import (
    MINUTE,
    SCHEMA,
    SECOND,
    START,
    as_rows,
    averages,
    iso,
    parquet,
    write,
)

WEEK = timedelta(days=7)
ROW = write(START, 10.0)

times = st.integers(0, 3).map(lambda n: START + n * SECOND)
writes = st.builds(
    write,
    st.integers(0, 3).map(lambda n: START + n * MINUTE),
    st.none() | st.floats(0, 1e6),
    event_time=times.map(iso),
    api_invocation_time=times,
    write_time=times,
)
CHECKED = ("tx_minute", "event_time", "api_invocation_time", "write_time", "is_deleted")


def distinct(row):
    return tuple(row[name] for name in CHECKED)


logs = st.lists(writes, unique_by=distinct)


@settings(deadline=None, max_examples=50)
@given(logs, st.randoms())
def test_order_and_repetition_of_rows_change_nothing(written, random):
    shuffled = written * 2
    random.shuffle(shuffled)
    assert averages(as_rows(shuffled)) == averages(as_rows(written))


@settings(deadline=None, max_examples=50)
@given(logs)
def test_latest_write_wins_unless_a_deletion_is_later(written):
    expected = {}
    for minute in {row["tx_minute"] for row in written}:
        versions = [row for row in written if row["tx_minute"] == minute]
        values = sorted((r for r in versions if not r["is_deleted"]), key=distinct)
        deletions = [row["event_time"] for row in versions if row["is_deleted"]]
        if values and values[-1]["event_time"] >= max(deletions, default=""):
            expected[minute] = values[-1]["avg_fee_1min"]
    found = averages(as_rows(written))
    assert {f"{minute:%Y-%m-%dT%H:%M:%SZ}": fee for minute, fee in found.items()} == expected


@pytest.mark.parametrize(
    "newer",
    [
        pytest.param({"version": 2}, id="event-time"),
        pytest.param({"api_invocation_time": START + 9 * MINUTE}, id="api-call"),
        pytest.param({"write_time": START + 9 * MINUTE}, id="write-time"),
    ],
)
def test_newer_row_wins_by(newer):
    assert averages(as_rows([write(START, 20.0, **newer), ROW])) == {START: 20.0}


def test_late_call_with_an_old_event_time_loses():
    old = write(START, 1.0, version=0, api_invocation_time=START + WEEK)
    assert averages(as_rows([ROW, old])) == {START: 10.0}


def test_deleted_minute_is_missing_until_it_is_written_again():
    deleted, again = write(START, None, 2), write(START, 30.0, 3)
    assert averages(as_rows([ROW, deleted])) == {}
    assert averages(as_rows([again, ROW, deleted])) == {START: 30.0}


def test_deletion_with_an_equal_event_time_deletes_nothing():
    deleted = write(START, None, api_invocation_time=START + WEEK)
    assert averages(as_rows([deleted, ROW])) == {START: 10.0}


@pytest.mark.parametrize(
    ("age", "lifetime", "remains"),
    [
        pytest.param(WEEK, WEEK, True, id="expired"),
        pytest.param(9 * WEEK, WEEK, True, id="expired-long-ago"),
        pytest.param(WEEK - SECOND, WEEK, False, id="deleted-before"),
        pytest.param(9 * WEEK, None, False, id="never-expires"),
    ],
)
def test_expired_records_remain_in_the_history(age, lifetime, remains):
    removed = write(START, None, event_time=iso(START + MINUTE + SECOND / 1000 + age))
    found = averages(as_rows([removed, ROW]), lifetime)
    assert found == ({START: 10.0} if remains else {})


def test_as_of_has_only_finished_minutes_and_earlier_calls():
    called = {"api_invocation_time": START + MINUTE / 2}
    early = write(START, 1.0, **called)  # before the end of the minute
    late = write(START, 2.0, version=2, api_invocation_time=START + 60 * MINUTE)
    gone = write(START, None, version=3, api_invocation_time=START + 90 * MINUTE)
    written = as_rows([early, late, gone])

    def as_of(time):
        return averages(rows.known(written, time))

    assert as_of(START + MINUTE / 2) == {}
    assert as_of(START + 2 * MINUTE) == {START: 1.0}
    assert as_of(START + 60 * MINUTE) == {START: 2.0}
    assert as_of(START + 90 * MINUTE) == {}


@settings(deadline=None, max_examples=50)
@given(logs, times)
def test_rows_after_as_of_change_nothing(written, then):
    before = [r for r in written if r["api_invocation_time"] <= then]
    as_of = averages(rows.known(as_rows(written), then))
    assert as_of == averages(rows.known(as_rows(before), then))


@pytest.mark.parametrize("deleted", [True, "true", "True"], ids=["bool", "text", "Text"])
def test_files_with_other_types_are_read(deleted):
    kinds = {
        "is_deleted": pa.bool_() if deleted is True else pa.string(),
        "write_time": pa.string(),
        "api_invocation_time": pa.timestamp("ms"),
    }
    schema = pa.schema({n: kinds.get(n, SCHEMA.field(n).type) for n in SCHEMA.names})
    row = write(START, 10.5, 3, is_deleted=deleted, write_time=iso(START))
    found = rows.parquet(parquet([row], schema), ["avg_fee_1min"])
    assert found.equals(
        as_rows([row | {"is_deleted": True, "write_time": START}]).select(found.column_names)
    )


def test_feature_added_after_the_file_is_null():
    old = rows.parquet(parquet([ROW]), ["median_fee_1min"])
    schema = SCHEMA.append(pa.field("median_fee_1min", pa.float64()))
    row = write(START + MINUTE, 1.0, median_fee_1min=2.0)
    young = rows.parquet(parquet([row], schema), ["median_fee_1min"])
    found = rows.latest(rows.combined([old, young]))
    assert found["median_fee_1min"].to_pylist() == [None, 2.0]
    assert rows.values(found, "median_fee_1min") == {START + MINUTE: 2.0}


ODD_MINUTES = ["test", "", "2024-10-10T03:05:00.000Z", "2024-13-40T00:00:00Z", "١", None]


@pytest.mark.parametrize("odd", ODD_MINUTES)
@pytest.mark.parametrize("column", ["tx_minute", "event_time"])
def test_row_with_an_odd_time_is_left_out_and_counted(odd, column):
    if (odd, column) == (ODD_MINUTES[2], "event_time"):
        return  # event times have milliseconds
    table = as_rows([ROW, write(START + MINUTE, 5.0) | {column: odd}])
    assert rows.malformed(table) == 1
    assert averages(rows.well_formed(table)) == averages(table) == {START: 10.0}


def test_well_formed_rows_are_not_counted():
    assert rows.malformed(as_rows([ROW, ROW])) == 0
    assert rows.malformed(as_rows([])) == 0


@given(st.text(max_size=25))
def test_any_text_may_be_a_minute(text):
    table = as_rows([ROW, write(START + MINUTE, 5.0) | {"tx_minute": text}])
    assert averages(table)[START] == 10.0


@pytest.mark.parametrize(("text", "value"), [("5", 5), ("-7", -7), ("1.5", 1.5), ("1e3", 1000.0)])
def test_number_in_a_text_is_parsed(text, value):
    assert rows.number(text) == value


@pytest.mark.parametrize("text", ["", "test", "1_0_", "0x1", "--5", "١x"])
def test_text_without_a_number_is_not_a_number(text):
    assert math.isnan(rows.number(text))
