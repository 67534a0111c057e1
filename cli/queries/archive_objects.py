"""The objects of the raw archive in S3: their keys and the events in them."""

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from cli.aws import pages
from cli.connection import Connection
from cli.errors import CommandError
from cli.terminal import progress_bar
from cli.time_range import TimeRange
from common import gzip_lines

RAW, REJECTED = "raw/", "rejected/"
THREADS = 4
MAX_AHEAD = timedelta(days=1)  # of a transaction's time compared to its arrival


def load(
    s3: Any,
    bucket: str,
    keys: Iterable[str],
    unreadable: list[str] | None = None,
    on_read: Callable[[], Any] = lambda: None,
) -> Iterator[Any]:
    """Yield the events of these objects in order; None for a line that is not JSON.

    Keys of damaged objects are appended to `unreadable`, and the lines before the damage are
    yielded; without that list they raise CommandError.
    """

    def read(key: str) -> tuple[str, list[Any], str | None]:
        body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        lines, damage = gzip_lines.read(body)
        return key, [parse(line) for line in lines if line.strip()], damage

    with ThreadPoolExecutor(THREADS) as pool:
        for key, found, damage in pool.map(read, keys):
            if damage and unreadable is None:
                raise CommandError(f"s3://{bucket}/{key} is not gzip: {damage}")
            if damage and unreadable is not None:
                unreadable.append(key)
            yield from found
            on_read()


def parse(line: bytes) -> Any:
    """Return the event in a line, None if it is not JSON."""
    try:
        return json.loads(line)
    except (RecursionError, ValueError):
        return None


def raw_keys(connection: Connection, time_range: TimeRange, late: timedelta) -> list[str]:
    """Return the keys of objects that may contain transactions of a range, in order.

    `late` is the maximum time between the range and their arrival.
    """
    s3, bucket = connection.clients("s3"), connection.outputs.bucket_name
    start = time_range.start - MAX_AHEAD
    with progress_bar("listing the archive"):
        return list(list_keys(s3, bucket, RAW, start, time_range.end + late))


def first_hour(connection: Connection) -> str | None:
    """Return the hour (ISO) of the archive's first object; None while it has none."""
    s3, bucket = connection.clients("s3"), connection.outputs.bucket_name
    found = s3.list_objects_v2(Bucket=bucket, Prefix=RAW, MaxKeys=1).get("Contents", [])
    if not found:
        return None
    year, month, day, hour = found[0]["Key"].removeprefix(RAW).split("/")[:4]
    return f"{year}-{month}-{day}T{hour}:00:00Z"


def list_keys(s3: Any, bucket: str, prefix: str, start: datetime, end: datetime) -> Iterator[str]:
    """Yield the keys of the archive's objects that arrived in these hours, in order."""
    first, last = (f"{prefix}{time.astimezone(UTC):%Y/%m/%d/%H/}" for time in (start, end))
    listed = pages(
        s3, "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix, StartAfter=first
    )
    for item in listed:
        key: str = item["Key"]
        if key[: len(last)] > last:
            return
        yield key
