"""Recorded transactions: a .jsonl file, gzipped or not, on disk or in S3.

The order of lines is the order of arrival.
"""

import gzip
import io
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from poller.polls import Poll, SetAside, cut
from poller.transaction import Rejected, Transaction, parse, raw_line

DAY = 86_400
MAX_LINE = 16_000_000  # bytes: larger than any transaction a block can hold, as JSON
_GZIP = b"\x1f\x8b"


class SourceError(Exception):
    """The file cannot be opened; says which and why."""


def polls(place: str, seconds: int, now: int) -> Iterator[Poll]:
    """Cut a file (path or s3:// URI) into polls of `seconds` of its own time.

    Lines that are no transactions are set aside with their number, and so is a damaged end. Raise
    SourceError if there is no such file.
    """
    with _opened(place) as file:
        yield from cut(_arrivals(file, place, now + DAY), seconds)


def _arrivals(file: IO[bytes], place: str, latest: int) -> Iterator[Transaction | SetAside]:
    number = 0
    try:
        for number, line in _lines(file):
            if not line.strip():
                continue
            if len(line) > MAX_LINE:
                yield SetAside(place, number, f"longer than {MAX_LINE} bytes", raw_line(line))
                continue
            result = parse(line, latest)
            if isinstance(result, Rejected):
                yield SetAside(place, number, result.reason, raw_line(line.strip()))
            else:
                yield result
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        # Everything before the damage was read; a line cut off by it is not in any result.
        yield SetAside(place, number + 1, f"the compressed file is damaged: {error}", "")


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Number the lines; of a line that is too long give the first part only."""
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        rest = line
        while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
            rest = file.readline(MAX_LINE + 1)
        yield number, line


@contextmanager
def _opened(place: str) -> Iterator[IO[bytes]]:
    with _stored(place) as stored:
        compressed = stored.read(len(_GZIP)) == _GZIP
        stored.seek(0)
        # Buffered, because a line at a time out of GzipFile itself is slow.
        yield io.BufferedReader(gzip.GzipFile(fileobj=stored)) if compressed else stored


@contextmanager
def _stored(place: str) -> Iterator[IO[bytes]]:
    """Open a file, or a copy of an object: no connection stays open while the bus is slow."""
    if not place.startswith("s3://"):
        try:
            file = Path(place).open("rb")  # noqa: SIM115 - closed below
        except OSError as error:
            raise SourceError(f"cannot open {place}: {error.strerror}") from error
        with file:
            yield file
        return
    parts = urlsplit(place)
    with tempfile.TemporaryFile() as copy:
        try:
            boto3.client("s3").download_fileobj(parts.netloc, parts.path.lstrip("/"), copy)
        except (BotoCoreError, ClientError) as error:
            raise SourceError(f"cannot read {place}: {error}") from error
        copy.seek(0)
        yield copy
