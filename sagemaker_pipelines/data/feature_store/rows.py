"""Select the current row of each minute from the log of the offline store. Pure.

The offline store is a log: it has a row for each write and each deletion of a minute. The write
with the latest event time wins; ties go to the later call, then the later write. A deletion
removes only writes with an earlier event time, as DeleteRecord does online, and only if the record
had not expired by then: Feature Store also logs records that it removed when their time to live
ended, and those remain part of the history.
"""

import io
import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from common.feature_rows import EVENT_TIME, MINUTE

# Columns that Feature Store adds.
CALL, WRITE, DELETED = "api_invocation_time", "write_time", "is_deleted"
COLUMNS = (MINUTE, EVENT_TIME, CALL, WRITE, DELETED)  # the others are features
TIME = pa.timestamp("ns", "UTC")  # event times may have nine digits
_SECONDS = pa.timestamp("s", "UTC")


def table(columns: dict[str, Any]) -> pa.Table:
    """Return rows with uniform types: times in UTC, numbers, `is_deleted` a boolean.

    A value of another form is null (a time) or NaN (a number): it must not fail the others.
    """
    forms = {MINUTE: _SECONDS, EVENT_TIME: TIME, CALL: TIME, WRITE: TIME}
    typed = {n: _time(v, forms[n]) if n in forms else v for n, v in columns.items()}
    typed = {n: v if n in (*forms, DELETED) else _numbers(v) for n, v in typed.items()}
    deleted = typed[DELETED]
    if not pa.types.is_boolean(deleted.type):
        typed[DELETED] = pc.equal(pc.utf8_lower(deleted), "true")
    return pa.table(typed)


def parquet(content: bytes, features: Sequence[str]) -> pa.Table:
    """Read the rows of one file; features that were added after the file are null."""
    # From a path pyarrow would derive partition columns (year=…/month=…).
    file = pq.ParquetFile(io.BytesIO(content))
    columns = [MINUTE, *features, EVENT_TIME, CALL, WRITE, DELETED]
    present = set(file.schema_arrow.names)
    read = file.read(columns=[name for name in columns if name in present])
    return table({n: read[n] if n in present else pa.nulls(read.num_rows) for n in columns})


def malformed(rows: pa.Table) -> int:
    """Return how many rows have no valid minute or event time; no other function returns them."""
    return int(pc.sum(_is_malformed(rows)).as_py() or 0)


def well_formed(rows: pa.Table) -> pa.Table:
    """Return the rows with a valid minute and event time."""
    return rows.filter(pc.invert(_is_malformed(rows)))


def _is_malformed(rows: pa.Table) -> pa.ChunkedArray:
    return pc.or_(pc.is_null(rows[MINUTE]), pc.is_null(rows[EVENT_TIME]))


def empty(features: Sequence[str]) -> pa.Table:
    """Return a table without rows, with all columns."""
    types = {
        MINUTE: pa.string(),
        EVENT_TIME: pa.string(),
        CALL: TIME,
        WRITE: TIME,
        DELETED: pa.bool_(),
    }
    types = dict.fromkeys(features, pa.null()) | types
    return table({name: pa.array([], kind) for name, kind in types.items()})


def combined(tables: Sequence[pa.Table]) -> pa.Table:
    """Concatenate rows; a feature that is null in some tables has its type from the others."""
    return pa.concat_tables(tables, promote_options="permissive")


def known(rows: pa.Table, as_of: datetime) -> pa.Table:
    """Return the rows that were known at `as_of`: both event time and API call are not later.

    A later event time means that the minute had not ended; a later call that the row has late
    transactions, or is a correction, deletion or backfill. The write time is irrelevant, because
    the online store has the row before.
    """
    then = pa.scalar(as_of, TIME)
    mask = pc.and_(pc.less_equal(rows[EVENT_TIME], then), pc.less_equal(rows[CALL], then))
    return rows.filter(mask)


def without(rows: pa.Table, others: pa.Table) -> pa.Table:
    """Return the rows whose record (minute and event time) is not among the others.

    Online rows do not have the time of their call. One that is also stored offline has it there,
    and what is known at a time depends on that row alone.
    """
    keys = [MINUTE, EVENT_TIME]
    order = pa.array(range(len(rows)), pa.int64())
    left = rows.select(keys).append_column("position", order)
    kept = left.join(others.select(keys), keys, join_type="left anti")["position"]
    return rows.take(kept.combine_chunks().sort())


def latest(rows: pa.Table, lifetime: timedelta | None = None) -> pa.Table:
    """Return the current row of each minute, in order of minutes.

    `lifetime` is the time to live of online records; None: they do not expire.
    """
    rows = well_formed(rows)
    writes = rows.filter(pc.invert(rows[DELETED]))
    order = [(MINUTE, "ascending"), *((name, "descending") for name in (EVENT_TIME, CALL, WRITE))]
    writes = writes.sort_by(order)
    minutes = writes[MINUTE].cast(pa.int64()).to_numpy()
    first = np.ones(len(minutes), dtype=bool)
    first[1:] = minutes[1:] != minutes[:-1]
    return _undeleted(writes.filter(pa.array(first)), rows.filter(rows[DELETED]), lifetime)


def values(rows: pa.Table, feature: str) -> dict[datetime, float]:
    """Return a feature by minute, for minutes that have it."""
    pairs = zip(rows[MINUTE].to_pylist(), rows[feature].to_pylist(), strict=True)
    return {minute: value for minute, value in pairs if value is not None}


def _undeleted(
    latest_writes: pa.Table, deletions: pa.Table, lifetime: timedelta | None
) -> pa.Table:
    deleted_at = deletions.select([MINUTE, EVENT_TIME]).rename_columns([MINUTE, "deleted_at"])
    both = latest_writes.select([MINUTE, EVENT_TIME]).join(deleted_at, MINUTE, join_type="inner")
    age = pc.subtract(both["deleted_at"], both[EVENT_TIME])
    deletes = pc.greater(age, pa.scalar(timedelta(0), age.type))
    if lifetime is not None:
        deletes = pc.and_(deletes, pc.less(age, pa.scalar(lifetime, age.type)))
    deleted = both.filter(deletes)[MINUTE]
    return latest_writes.filter(pc.invert(pc.is_in(latest_writes[MINUTE], value_set=deleted)))


def _time(values: Any, form: pa.DataType) -> Any:
    """Convert times that are text or timestamps, with or without a time zone."""
    if pa.types.is_timestamp(values.type) and values.type.tz is None:
        values = pc.assume_timezone(values, "UTC")
    try:
        return values.cast(form)
    except pa.ArrowInvalid:
        return pa.array([_cast(value, form) for value in values], form)


def _cast(value: pa.Scalar, form: pa.DataType) -> Any:
    """Convert one time; return null if it has another form."""
    try:
        return value.cast(form)
    except pa.ArrowInvalid:
        return None


def _numbers(values: Any) -> Any:
    """Return a feature as numbers, with NaN for texts that are none."""
    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        return values
    return pa.array([None if text is None else number(text) for text in values.to_pylist()])


def number(text: str) -> float:
    """Return the number in a text, NaN if there is none; integers stay exact."""
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        return math.nan
