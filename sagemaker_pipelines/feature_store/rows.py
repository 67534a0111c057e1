"""Which row of the feature store holds for each minute. Pure.

The offline store is a log: a minute occurs once for each time it was written or deleted. Of the
writes the latest event time holds; among equal ones the later call, then the later write. A
deletion holds over writes of an earlier event time only, as DeleteRecord does online, and only if
the record had not expired by then: Feature Store also adds records to the offline store that it
removed because their time to live was over, and those are history, not deleted.
"""

import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

MINUTE, EVENT, CALL, WRITE, DELETED = (
    "tx_minute",
    "event_time",
    "api_invocation_time",
    "write_time",
    "is_deleted",
)
TIME = pa.timestamp("ns", "UTC")  # event times may have nine digits
_SECONDS = pa.timestamp("s", "UTC")


def table(columns: dict[str, Any]) -> pa.Table:
    """Give rows one form, whatever types they came in: times in UTC, `is_deleted` a boolean."""
    forms = {MINUTE: _SECONDS, EVENT: TIME, CALL: TIME, WRITE: TIME}
    typed = {n: _time(v, forms[n]) if n in forms else v for n, v in columns.items()}
    deleted = typed[DELETED]
    if not pa.types.is_boolean(deleted.type):
        typed[DELETED] = pc.equal(pc.utf8_lower(deleted), "true")
    return pa.table(typed)


def parquet(content: bytes, features: Sequence[str]) -> pa.Table:
    """Read the rows of one file; a feature that is younger than the file is null."""
    # A file handle, not a path: of a path pyarrow would make columns out of year=…/month=….
    file = pq.ParquetFile(io.BytesIO(content))
    wanted = [MINUTE, *features, EVENT, CALL, WRITE, DELETED]
    there = set(file.schema_arrow.names)
    read = file.read(columns=[name for name in wanted if name in there])
    return table({n: read[n] if n in there else pa.nulls(read.num_rows) for n in wanted})


def nothing(features: Sequence[str]) -> pa.Table:
    """Give no rows, with all columns."""
    types = {MINUTE: pa.string(), EVENT: pa.string(), CALL: TIME, WRITE: TIME, DELETED: pa.bool_()}
    types = dict.fromkeys(features, pa.null()) | types
    return table({name: pa.array([], kind) for name, kind in types.items()})


def combined(tables: Sequence[pa.Table]) -> pa.Table:
    """Put rows together; a feature that is null in some takes its type from the others."""
    return pa.concat_tables(tables, promote_options="permissive")


def known(rows: pa.Table, as_of: datetime) -> pa.Table:
    """Keep what a reader at `as_of` could know: two conditions, each for its own reason.

    The event time is not later: a minute that still ran has a row of what was there so far, which
    is not the minute. And the call is not later: late transactions, corrections, deletions and
    backfills came only afterwards. The write time does not count: it is the store's own delay,
    during which the online store has the row.
    """
    then = pa.scalar(as_of, TIME)
    mask = pc.and_(pc.less_equal(rows[EVENT], then), pc.less_equal(rows[CALL], then))
    return rows.filter(mask)


def latest(rows: pa.Table, lifetime: timedelta | None = None) -> pa.Table:
    """Give the row that holds for each minute that has one, the oldest minute first.

    `lifetime` is the group's time to live online; None: its records do not expire.
    """
    writes = rows.filter(pc.invert(rows[DELETED]))
    order = [(MINUTE, "ascending"), *((name, "descending") for name in (EVENT, CALL, WRITE))]
    writes = writes.sort_by(order)
    minutes = writes[MINUTE].cast(pa.int64()).to_numpy()
    first = np.ones(len(minutes), dtype=bool)
    first[1:] = minutes[1:] != minutes[:-1]
    return _undeleted(writes.filter(pa.array(first)), rows.filter(rows[DELETED]), lifetime)


def values(rows: pa.Table, feature: str) -> dict[datetime, float]:
    """Give a feature of the minutes that have it."""
    pairs = zip(rows[MINUTE].to_pylist(), rows[feature].to_pylist(), strict=True)
    return {minute: value for minute, value in pairs if value is not None}


def _undeleted(held: pa.Table, deletions: pa.Table, lifetime: timedelta | None) -> pa.Table:
    deleted_at = deletions.select([MINUTE, EVENT]).rename_columns([MINUTE, "deleted_at"])
    both = held.select([MINUTE, EVENT]).join(deleted_at, MINUTE, join_type="inner")
    age = pc.subtract(both["deleted_at"], both[EVENT])
    holds = pc.greater(age, pa.scalar(timedelta(0), age.type))
    if lifetime is not None:
        holds = pc.and_(holds, pc.less(age, pa.scalar(lifetime, age.type)))
    gone = both.filter(holds)[MINUTE]
    return held.filter(pc.invert(pc.is_in(held[MINUTE], value_set=gone)))


def _time(values: Any, form: pa.DataType) -> Any:
    """Read times that are text or timestamps, with or without a zone."""
    if pa.types.is_timestamp(values.type) and values.type.tz is None:
        values = pc.assume_timezone(values, "UTC")
    return values.cast(form)
