"""What the reader gives -> rows to judge; history -> files."""

from datetime import timedelta

import pyarrow as pa
import pytest

from sagemaker_pipelines.feature_store import rows
from sagemaker_pipelines.paths import JobError
from sagemaker_pipelines.steps.channels import prepare
from sagemaker_pipelines.steps.measures import Row
from sagemaker_pipelines.steps.minutes import MINUTE, History
from sagemaker_pipelines.steps.read_history import NUMBERS, listed
from tests.unit.sagemaker_pipelines.feature_store.bucket import SCHEMA, START, parquet, write

MS = timedelta(milliseconds=1)
OF_THE_GROUP = SCHEMA.append(pa.field("total_nb_trx_1min", pa.int64())).append(
    pa.field("total_fee_1min", pa.int64())
)
SETTINGS = {"horizon": 30, "wanted": 24, "request_minutes": 270}


def history(length, missing=()):
    values = [None if n in missing else float(n) for n in range(length)]
    return History(START, values)


def test_training_ends_where_the_first_window_begins():
    files = prepare(history(1800), **SETTINGS)
    first = files.windows[0]
    assert len(files.train[0]["target"]) == 1080
    assert first["truth"] == files.test[0]["target"][-30:] == [float(n) for n in range(1080, 1110)]
    assert first["first_minute"] == "2024-10-10T18:00:00Z"
    assert first["naive"] == files.backtest[0]["target"][-1] == 1079.0


def test_requests_hold_as_many_minutes_as_the_monitor_sends():
    files = prepare(history(1800), **SETTINGS)
    assert {len(request["target"]) for request in files.backtest} == {270}
    assert files.backtest[0]["start"] == "2024-10-10 13:30:00"
    assert len(files.windows) == len(files.backtest) == len(files.test) == 24


def test_missing_minutes_are_said_to_be_missing():
    files = prepare(history(1800, missing={5, 1079, 1085}), **SETTINGS)
    assert files.train[0]["target"][5] == "NaN"
    assert files.windows[0]["truth"][5] is None
    assert files.windows[0]["naive"] == 1078.0
    assert files.summary == {
        "first": "2024-10-10T00:00:00Z",
        "last": "2024-10-11T05:59:00Z",
        "minutes": 1800,
        "missing": 3,
        "training_end": "2024-10-10T18:00:00Z",
    }


def test_window_without_truth_is_left_out():
    files = prepare(history(1800, missing=set(range(1080, 1110))), **SETTINGS)
    assert len(files.windows) == 23


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (history(80), "80 minutes of history are too few for 8 backtest windows"),
        (history(1800, missing=set(range(1000, 1790))), "backtest windows have data for half"),
    ],
    ids=["short", "long-outage"],
)
def test_too_little_data_is_refused_with_a_sentence(given, sentence):
    with pytest.raises(JobError, match=sentence):
        prepare(given, **SETTINGS)


def written(position, fee, version=1, **more):
    numbers = {"total_nb_trx_1min": 4, "total_fee_1min": None if fee is None else int(4 * fee)}
    return write(START + position * MINUTE, fee, version, **numbers, **more)


def test_rows_are_judged_as_the_one_reader_gives_them():
    log = [
        written(7, 3.0),
        written(5, 10.5),
        written(5, 12.5, 2),  # holds over the one before
        written(6, 8.0),
        written(6, None, 2),  # deleted
        written(8, None, is_deleted=False),  # no average: a row, but no value
    ]
    held = rows.latest(rows.parquet(parquet(log, OF_THE_GROUP), NUMBERS))
    assert listed(held) == [
        Row(START + 5 * MINUTE, START + 6 * MINUTE + 2 * MS, 12.5, 4, 50),
        Row(START + 7 * MINUTE, START + 8 * MINUTE + MS, 3.0, 4, 12),
        Row(START + 8 * MINUTE, START + 9 * MINUTE + MS, None, 4, None),
    ]


def test_times_finer_than_pythons_are_judged():
    early = written(0, 1.0, event_time="2024-10-10T00:00:59.999999999Z")
    (row,) = listed(rows.parquet(parquet([early]), NUMBERS))
    assert row.event_time < START + MINUTE


def test_a_group_without_counts_and_sums_is_judged_too():
    held = rows.latest(rows.parquet(parquet([write(START, 10.5)]), NUMBERS))
    assert listed(held) == [Row(START, START + MINUTE + MS, 10.5, None, None)]


def test_nothing_gives_no_rows():
    assert listed(rows.latest(rows.nothing(NUMBERS))) == []
