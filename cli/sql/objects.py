"""The objects of a table in S3: those of some days are copied into a folder for DuckDB."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from cli.aws import is_absent, pages
from cli.errors import CommandError
from cli.sql.catalog import Table
from cli.terminal import note
from cli.time_range import TimeRange
from common import gzip_lines

THREADS = 8
MAX_BYTES = 1_000_000_000  # of all objects of a query, as they are stored
MAX_LISTINGS = 5  # while a compaction replaces files of an offline store
GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Object:
    """An object of a table: its key, and the values of its partition by name."""

    bucket: str
    key: str
    size: int
    partition: tuple[tuple[str, str], ...]

    @property
    def folder(self) -> str:
        """The partition as a folder that DuckDB reads columns from."""
        return "/".join(f"{name}={value}" for name, value in self.partition)


def days(time_range: TimeRange) -> tuple[date, date]:
    """Return the first and the last day (UTC) of a range."""
    return time_range.start.date(), (time_range.end - timedelta(microseconds=1)).date()


def find(s3: Any, table: Table, first: date, last: date) -> Iterator[Object]:
    """Yield the objects of the days from first to last; others are not listed."""
    for values in product(*table.partitions.values()):
        fixed = tuple(zip(table.partitions, values, strict=True))
        template = table.template
        for name, value in fixed:
            template = template.replace(f"${{{name}}}", value)
        bucket, _, path = template.removeprefix("s3://").partition("/")
        end = _folder(path, last)
        prefix, start = path.partition("$")[0], _folder(path, first)
        pattern = re.compile(re.sub(r"\\\$\\{(\w+)\\}", r"(?P<\1>\\d+)", re.escape(path)))
        listed = pages(
            s3, "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix, StartAfter=start
        )
        for entry in listed:
            key: str = entry["Key"]
            if key[: len(end)] > end:
                break
            if match := pattern.match(key):
                yield Object(bucket, key, entry["Size"], (*fixed, *match.groupdict().items()))


def _folder(path: str, day: date) -> str:
    """Return the prefix of the keys of a day."""
    for name, text in (("year", f"{day:%Y}"), ("month", f"{day:%m}"), ("day", f"{day:%d}")):
        path = path.replace(f"${{{name}}}", text)
    return path


def copy(s3: Any, table: Table, first: date, last: date, folder: Path) -> list[Path]:
    """Write the objects of some days into a folder, gzip objects decompressed; return the files.

    Of a damaged object the lines before the damage are written. Raises CommandError if the objects
    are too large, or are replaced again and again.
    """
    for listing in range(MAX_LISTINGS):
        found = list(find(s3, table, first, last))
        if (size := sum(item.size for item in found)) > MAX_BYTES:
            raise CommandError(
                f"{table.name}: the objects of {first} to {last} have {size / 1e6:,.0f} MB, "
                f"expected at most {MAX_BYTES / 1e6:,.0f} MB: choose fewer days with --from and "
                "--to, or on AWS --engine athena",
                2,
            )
        targets = [
            folder
            / str(listing)
            / item.folder
            / f"{number}.{'json' if table.is_json else 'parquet'}"
            for number, item in enumerate(found)
        ]
        with ThreadPoolExecutor(THREADS) as pool:
            done = list(pool.map(lambda pair: _copy(s3, *pair), zip(found, targets, strict=True)))
        if all(done):
            return targets
    raise CommandError(f"{table.name}: objects were replaced during {MAX_LISTINGS} listings")


def _copy(s3: Any, item: Object, target: Path) -> bool:
    """Write one object; return False if it no longer exists."""
    try:
        body: bytes = s3.get_object(Bucket=item.bucket, Key=item.key)["Body"].read()
    except ClientError as error:
        if not is_absent(error):
            raise
        return False
    if body.startswith(GZIP):
        lines, damage = gzip_lines.read(body)
        if damage:
            note(f"s3://{item.bucket}/{item.key} is damaged: {damage}", "yellow")
        body = b"\n".join(lines)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(body)
    return True
