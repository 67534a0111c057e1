"""Merge the small files of an hour of the offline store without losing rows.

    read all -> write the merged file -> read it back, compare -> delete the files read

Every write of a minute is retained, so reading as of an earlier time returns the same as before.
Only rows that are equal in all columns (of a merged file and its sources) are merged.
The name of the merged file is derived from its rows: a retry after a crash writes the same file.
After a crash between two calls, old and new files coexist and readers see duplicate rows.
Only files that were read are deleted, so files that arrive in the meantime remain.
"""

import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from common import times
from common.feature_rows import EVENT_TIME, MINUTE
from sagemaker_pipelines.data.feature_store import offline
from sagemaker_pipelines.data.feature_store.partitions import HOUR, hour

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

QUIET_PERIOD = HOUR  # after the end of an hour, until most late rows have arrived
MAX_DELETIONS = 1000  # in one DeleteObjects call
Row = dict[str, Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CompactionError(Exception):
    """An hour could not be merged; its files remain until the merged file is verified."""


@dataclass(frozen=True, slots=True)
class Contents:
    """Invariants of a merge: number of rows, minutes, checksum of the values."""

    rows: int
    minutes: frozenset[str]
    checksum: str

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "Contents":
        """Summarize rows independently of their order."""
        lines = sorted(map(_line, rows))
        checksum = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        return cls(len(lines), frozenset(str(row[MINUTE]) for row in rows), checksum)

    def __str__(self) -> str:
        return f"{self.rows} rows, {len(self.minutes)} minutes, checksum {self.checksum[:16]}"


def _line(row: Row) -> str:
    return json.dumps(row, sort_keys=True, default=str)


def closed_hours(prefix: str, keys: Iterable[str], now: datetime) -> list[list[str]]:
    """Return the keys of each hour that has ended and has more than one file.

    Files outside of the folders of hours are not Feature Store's.
    """
    hours: dict[datetime, list[str]] = defaultdict(list)
    for key in keys:
        with suppress(ValueError):
            hours[hour(key.removeprefix(f"{prefix}/"))].append(key)
    return [
        files
        for start, files in hours.items()
        if len(files) > 1 and start + HOUR + QUIET_PERIOD <= now
    ]


def compact(s3: "S3Client", bucket: str, keys: Sequence[str]) -> str:
    """Merge the files of one hour -> the key of the merged file.

    Raises CompactionError if a file no longer exists (another compaction is running), if the
    merged file does not read back correctly, or if S3 rejects a deletion.
    """
    rows, schema = _distinct([_read(s3, bucket, key) for key in keys])
    expected = Contents.of(rows)
    target = f"{keys[0].rpartition('/')[0]}/{_name(rows, expected)}"
    if target not in keys:
        _write(s3, bucket, target, rows, schema)
    else:  # an earlier compaction stopped here
        _compare(expected, _read(s3, bucket, target), target)
    _delete(s3, bucket, [key for key in keys if key != target])
    return target


def _read(s3: "S3Client", bucket: str, key: str) -> pa.Table:
    content = offline.get(s3, bucket, key)
    if content is None:
        raise CompactionError(f"{key} no longer exists")
    return pq.ParquetFile(io.BytesIO(content)).read()


def _distinct(tables: Sequence[pa.Table]) -> tuple[list[Row], pa.Schema]:
    """Combine the rows of all files without duplicates; newer files may have more features."""
    combined = pa.concat_tables(tables, promote_options="default")
    rows = {_line(row): row for row in combined.to_pylist()}
    return [rows[line] for line in sorted(rows)], combined.schema


def _write(s3: "S3Client", bucket: str, key: str, rows: list[Row], schema: pa.Schema) -> None:
    """Write rows to a file and verify it; delete a file that does not read back correctly."""
    expected, file = Contents.of(rows), io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), file, compression="snappy")
    _compare(expected, pq.ParquetFile(file).read(), key)
    s3.put_object(Bucket=bucket, Key=key, Body=file.getvalue())
    try:
        _compare(expected, _read(s3, bucket, key), key)
    except (CompactionError, pa.ArrowException):
        s3.delete_object(Bucket=bucket, Key=key)
        raise


def _name(rows: Sequence[Row], contents: Contents) -> str:
    """Return a name like those of Feature Store, with a checksum as the random part."""
    newest = max(map(_event_time, rows), default=_EPOCH)
    return f"{newest.strftime('%Y%m%dT%H%M%SZ')}_{contents.checksum[:16]}.parquet"


def _event_time(row: Row) -> datetime:
    try:
        return times.parse(str(row[EVENT_TIME]))
    except ValueError:  # readers leave such a row out
        return _EPOCH


def _compare(expected: Contents, table: pa.Table, key: str) -> None:
    found = Contents.of(table.to_pylist())
    if found != expected:
        raise CompactionError(f"{key}: got {found}, expected {expected}")


def _delete(s3: "S3Client", bucket: str, keys: Sequence[str]) -> None:
    for start in range(0, len(keys), MAX_DELETIONS):
        batch: list[Any] = [{"Key": key} for key in keys[start : start + MAX_DELETIONS]]
        response = s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
        if errors := response.get("Errors"):
            raise CompactionError(f"{errors[0]['Key']} was not deleted: {errors[0]['Message']}")
