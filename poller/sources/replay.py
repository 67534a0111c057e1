"""Recorded transactions: a file of JSON Lines, gzipped or not, on disk or in S3.

The order of lines is the order of arrival.
"""

import codecs
import io
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from poller.poll import Poll, Rejected, split_into_polls
from poller.transaction import Transaction, parse, raw_line

DAY = 86_400
MAX_LINE = 16_000_000  # bytes: larger than any transaction that fits into a block, as JSON
CHUNK = 65_536  # bytes; at most so much is lost before a damage
_GZIP = b"\x1f\x8b"


class SourceError(Exception):
    """The file cannot be opened."""


class DamageError(Exception):
    """A compressed file is damaged; `rest` is the incomplete line before the damage."""

    def __init__(self, message: str, rest: bytes) -> None:
        super().__init__(message)
        self.rest = rest


def polls(place: str, seconds: int, now: int) -> Iterator[Poll]:
    """Split a file (path or s3:// URI) into polls of `seconds` of its own time.

    Invalid lines and a damaged end are rejected with their line number. Raises SourceError if the
    file cannot be opened.
    """
    with _open(place) as file:
        # A pipe cannot be rewound: hence `peek`.
        compressed = file.peek(len(_GZIP)).startswith(_GZIP)
        chunks = iter(partial(file.read, CHUNK), b"")
        arrivals = _arrivals(_unzip(chunks) if compressed else chunks, place, now + DAY)
        yield from split_into_polls(arrivals, seconds)


def _arrivals(
    chunks: Iterator[bytes], place: str, latest: int
) -> Iterator[Transaction | Rejected]:
    number = 0
    try:
        for number, line in _lines(chunks):
            if not line.strip():
                continue
            if len(line) > MAX_LINE:
                yield Rejected(place, number, f"longer than {MAX_LINE} bytes", raw_line(line))
                continue
            result = parse(line, latest)
            if isinstance(result, str):
                yield Rejected(place, number, result, raw_line(line.strip()))
            else:
                yield result
    except DamageError as error:
        yield Rejected(place, number + 1, str(error), raw_line(error.rest))


def _lines(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Return lines with their numbers; of a line that is too long only the beginning."""
    number, rest, first = 0, b"", True
    try:
        for read in chunks:
            chunk = read.removeprefix(codecs.BOM_UTF8) if first else read
            first = first and not read
            *complete, rest = (rest[: MAX_LINE + 1] + chunk).split(b"\n")
            yield from enumerate(complete, number + 1)
            number += len(complete)
    except (EOFError, zlib.error) as error:
        raise DamageError(f"the compressed file is damaged: {error}", rest) from error
    if rest:
        yield number + 1, rest


def _unzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Decompress all gzip members, up to the first damage.

    Raises EOFError or zlib.error at the damage.
    """
    member = None
    for read in chunks:
        chunk = read
        while chunk and (member or chunk.strip(b"\0")):  # zeros may pad the end
            member = member or zlib.decompressobj(wbits=31)
            while chunk and not member.eof:
                yield member.decompress(chunk, CHUNK)
                chunk = member.unconsumed_tail
            if member.eof:
                chunk, member = member.unused_data, None
    if member:
        yield member.flush()
        if not member.eof:
            raise EOFError("it ends too early")


@contextmanager
def _open(place: str) -> Iterator[io.BufferedReader]:
    """Open a file, or a copy of an object: its connection could time out while the bus is slow."""
    if not place.startswith("s3://"):
        try:
            file = Path(place).open("rb")  # noqa: SIM115 - closed below
        except OSError as error:
            raise SourceError(f"cannot open {place}: {error.strerror}") from error
        with file:
            yield file
        return
    parts = urlsplit(place)
    with tempfile.NamedTemporaryFile() as copy:
        try:
            boto3.client("s3").download_fileobj(parts.netloc, parts.path.lstrip("/"), copy)
        except (BotoCoreError, ClientError) as error:
            raise SourceError(f"cannot read {place}: {error}") from error
        copy.flush()
        with Path(copy.name).open("rb") as file:
            yield file
