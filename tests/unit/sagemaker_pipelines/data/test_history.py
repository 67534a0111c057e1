"""The history as a Series, and rows as a DataFrame."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pyarrow as pa

from common.times import MINUTE, parse
from sagemaker_pipelines.data.feature_store import rows
from sagemaker_pipelines.data.history import frame, history, json_values
from tests.support.offline_store import SCHEMA, START, parquet, write

FEATURES = ("total_nb_trx_1min", "total_fee_1min", "avg_fee_1min")
GROUP_SCHEMA = SCHEMA.append(pa.field("total_nb_trx_1min", pa.int64())).append(
    pa.field("total_fee_1min", pa.int64())
)


def test_fraction_of_a_second_is_later_than_none():
    assert parse("2024-10-10T00:06:00.360Z") > parse("2024-10-10T00:06:00Z")


def test_history_has_no_gap_and_starts_with_the_first_known_minute():
    averages = {START + n * MINUTE: float(n) for n in (2, 3, 5, 9)}
    series = history(averages, START, START + 8 * MINUTE)
    assert series.index[0] == START + 2 * MINUTE
    assert series.index.freqstr == "min"
    assert json_values(series) == [2.0, 3.0, None, 5.0, None, None]


def test_history_without_known_minutes_has_only_missing_values():
    series = history({}, START, START + 2 * MINUTE)
    assert (series.index[0], json_values(series)) == (START, [None, None])


def test_first_minute_off_the_grid_is_floored():
    series = history({START + MINUTE / 2: 1.0, START + MINUTE: 2.0}, START, START + 2 * MINUTE)
    assert json_values(series) == [None, 2.0]


def row(position, fee, version=1, **more):
    total = None if fee is None or fee != fee else int(4 * fee)  # noqa: PLR0124 - NaN
    numbers = {"total_nb_trx_1min": 4, "total_fee_1min": total} | more
    return write(START + position * MINUTE, fee, version, **numbers)


def test_frame_has_the_current_row_of_each_minute():
    log = [
        row(7, 3.0),
        row(5, 10.5),
        row(5, 12.5, 2),  # replaces the row above
        row(6, 8.0),
        row(6, None, 2),  # deleted
        row(8, None, is_deleted=False),  # no average: a row without a value
    ]
    latest = rows.latest(rows.parquet(parquet(log, GROUP_SCHEMA), FEATURES))
    found = frame(latest)
    ms = timedelta(milliseconds=1)
    assert found["tx_minute"].to_list() == [START + n * MINUTE for n in (5, 7, 8)]
    assert found["event_time"].to_list() == [
        START + 6 * MINUTE + 2 * ms,
        START + 8 * MINUTE + ms,
        START + 9 * MINUTE + ms,
    ]
    assert found["total_nb_trx_1min"].to_list() == [4, 4, 4]
    assert found["avg_fee_1min"].to_list() == [12.5, 3.0, pd.NA]
    assert found["total_fee_1min"].to_list() == [50, 12, pd.NA]


def test_frame_distinguishes_missing_from_nan():
    log = [row(0, float("nan"), total_fee_1min=1, is_deleted=False)]
    log[0] |= {"total_nb_trx_1min": None}
    found = frame(rows.parquet(parquet(log, GROUP_SCHEMA), FEATURES))
    assert found["avg_fee_1min"].notna().all()
    assert np.isnan(found["avg_fee_1min"].to_numpy(float)[0])
    assert found["total_nb_trx_1min"].isna().all()


def test_frame_keeps_nanoseconds():
    early = row(0, 1.0, event_time="2024-10-10T00:00:59.999999999Z")
    found = frame(rows.parquet(parquet([early], GROUP_SCHEMA), FEATURES))
    assert found["event_time"][0] < START + MINUTE


def test_frame_of_a_group_without_counts_and_sums_has_missing_numbers():
    found = frame(rows.latest(rows.parquet(parquet([write(START, 10.5)]), FEATURES)))
    assert found["avg_fee_1min"].to_list() == [10.5]
    assert found["total_nb_trx_1min"].isna().all()
    assert found["total_fee_1min"].isna().all()


def test_frame_without_rows_is_empty():
    assert frame(rows.latest(rows.empty(FEATURES))).empty
