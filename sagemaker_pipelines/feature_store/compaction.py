"""Merges the small files of an hour of the offline store into one, without ever losing a row.

    read all ▶ write the merged file ▶ read it back, compare ▶ delete what was read

Every write of a minute is kept, so reading as of an earlier time gives what it gave before; only
rows that are equal in all columns, such as those of a merged file beside its sources, become one.
The name of the merged file follows from its rows: a repetition after a crash writes the same file.
After a crash between any two calls old and new files lie side by side, and readers see the same
rows twice. Only what was read is deleted, so files that arrive meanwhile stay.
"""

import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from sagemaker_pipelines.feature_store import offline
from sagemaker_pipelines.feature_store.partitions import HOUR, hour
from sagemaker_pipelines.feature_store.rows import EVENT, MINUTE

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

QUIET = HOUR  # after the end of an hour, until most of what is late has come
MOST_DELETIONS = 1000  # in one call
Row = dict[str, Any]


class CompactionError(Exception):
    """An hour could not be merged; nothing of it was deleted before its rows were safe."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What must be the same before and after: number of rows, their minutes, their values."""

    rows: int
    minutes: frozenset[str]
    checksum: str

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "Contents":
        """Sum up rows, whatever their order."""
        lines = sorted(map(_line, rows))
        checksum = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        return cls(len(lines), frozenset(str(row[MINUTE]) for row in rows), checksum)

    @property
    def told(self) -> str:
        """Describe the contents for a message."""
        start = self.checksum[:16]
        return f"{self.rows} rows of {len(self.minutes)} minutes with checksum {start}"


def _line(row: Row) -> str:
    return json.dumps(row, sort_keys=True, default=str)


def closed(prefix: str, keys: Iterable[str], now: datetime) -> list[list[str]]:
    """Group keys by hour -> those hours that are over and have more than one file."""
    hours: dict[datetime, list[str]] = defaultdict(list)
    for key in keys:
        hours[hour(key.removeprefix(f"{prefix}/"))].append(key)
    return [
        files for start, files in hours.items() if len(files) > 1 and start + HOUR + QUIET <= now
    ]


def compact(s3: "S3Client", bucket: str, keys: Sequence[str]) -> str:
    """Merge the files of one hour -> the key of the file that holds all their rows.

    Raises CompactionError when a file is gone (another compaction is at work), when what was
    written does not read back as it was meant, or when S3 refuses a deletion.
    """
    rows, schema = _distinct([_read(s3, bucket, key) for key in keys])
    wanted = Contents.of(rows)
    target = f"{keys[0].rpartition('/')[0]}/{_name(rows, wanted)}"
    if target not in keys:
        _write(s3, bucket, target, rows, schema)
    else:  # an earlier compaction came that far
        _compare(wanted, _read(s3, bucket, target), target)
    _delete(s3, bucket, [key for key in keys if key != target])
    return target


def _read(s3: "S3Client", bucket: str, key: str) -> pa.Table:
    content = offline.get(s3, bucket, key)
    if content is None:
        raise CompactionError(f"{key} is gone")
    return pq.ParquetFile(io.BytesIO(content)).read()


def _distinct(tables: Sequence[pa.Table]) -> tuple[list[Row], pa.Schema]:
    """Put the rows of all files together, equal ones once; young files may have more features."""
    together = pa.concat_tables(tables, promote_options="default")
    rows = {_line(row): row for row in together.to_pylist()}
    return [rows[line] for line in sorted(rows)], together.schema


def _write(s3: "S3Client", bucket: str, key: str, rows: list[Row], schema: pa.Schema) -> None:
    """Write rows as a file that reads back as they are; one that does not is removed again."""
    wanted, file = Contents.of(rows), io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), file, compression="snappy")
    _compare(wanted, pq.ParquetFile(file).read(), key)
    s3.put_object(Bucket=bucket, Key=key, Body=file.getvalue())
    try:
        _compare(wanted, _read(s3, bucket, key), key)
    except (CompactionError, pa.ArrowException):
        s3.delete_object(Bucket=bucket, Key=key)
        raise


def _name(rows: Sequence[Row], contents: Contents) -> str:
    """Name a file as Feature Store does, with a checksum for its random letters."""
    newest = max(datetime.fromisoformat(str(row[EVENT])) for row in rows)
    return f"{newest.strftime('%Y%m%dT%H%M%SZ')}_{contents.checksum[:16]}.parquet"


def _compare(wanted: Contents, table: pa.Table, key: str) -> None:
    found = Contents.of(table.to_pylist())
    if found != wanted:
        raise CompactionError(f"{key} should hold {wanted.told}, but holds {found.told}")


def _delete(s3: "S3Client", bucket: str, keys: Sequence[str]) -> None:
    for start in range(0, len(keys), MOST_DELETIONS):
        batch: list[Any] = [{"Key": key} for key in keys[start : start + MOST_DELETIONS]]
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
        if errors := answer.get("Errors"):
            raise CompactionError(f"{errors[0]['Key']} was not deleted: {errors[0]['Message']}")
