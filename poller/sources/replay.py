"""Recorded transactions: a file of JSON Lines, gzipped or not, on disk or in S3.

The order of lines is the order of arrival.
"""

import codecs
import io
import os
import stat
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import chain
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import BotoCoreError, ClientError

from poller import interruptible
from poller.interruptible import StoppedError
from poller.json_limits import values_problem
from poller.poll import Poll, Rejected, split_into_polls
from poller.transaction import Transaction, parse, raw_line

DAY = 86_400
MAX_LINE = 16_000_000  # bytes: larger than any transaction that fits into a block, as JSON
MAX_VALUES = 500_000  # in a line: bounds the memory of the decoded JSON
CHUNK = 65_536  # bytes; at most so much is lost before a damage
_GZIP = b"\x1f\x8b"


class SourceError(Exception):
    """The file cannot be opened."""


class DamageError(Exception):
    """A compressed file is damaged; `rest` is the incomplete line before the damage."""

    def __init__(self, message: str, rest: bytes) -> None:
        super().__init__(message)
        self.rest = rest


def polls(place: str, seconds: int, now: int, stop: Event | None = None) -> Iterator[Poll]:
    """Split a file (path or s3:// URI) into polls of `seconds` of its own time.

    Invalid lines and a damaged end are rejected with their line number. Once `stop` is set, a pipe
    that has nothing to read has ended. Raises SourceError if the file cannot be opened.
    """
    stop = stop or Event()
    with suppress(StoppedError), _open(place, stop) as file:
        arrivals = _arrivals(_content(_chunks(file, stop)), place, now + DAY)
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
            result = values_problem(line, MAX_VALUES) or parse(line, latest)
            if isinstance(result, str):
                yield Rejected(place, number, result, raw_line(line.strip()))
            else:
                yield result
    except StoppedError:
        return
    except DamageError as error:
        yield Rejected(place, number + 1, str(error), raw_line(error.rest))


def _lines(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Return lines with their numbers; of a line that is too long only the beginning."""
    number, first = 0, True
    rest = bytearray()  # of the line that has not ended
    try:
        for read in chunks:
            chunk = read.removeprefix(codecs.BOM_UTF8) if first else read
            first = first and not read
            *complete, last = chunk.split(b"\n")
            if complete and rest:
                rest += complete[0][: MAX_LINE + 1 - len(rest)]
                complete[0] = bytes(rest)
                rest.clear()
            yield from enumerate(complete, number + 1)
            number += len(complete)
            rest += last[: MAX_LINE + 1 - len(rest)]
    except (EOFError, zlib.error) as error:
        raise DamageError(f"the compressed file is damaged: {error}", bytes(rest)) from error
    if rest:
        yield number + 1, bytes(rest)


def _chunks(file: io.RawIOBase, stop: Event) -> Iterator[bytes]:
    """Read what there is; raises StoppedError while a pipe has nothing."""
    regular = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    read = partial(file.read, CHUNK)
    while chunk := read() if regular else interruptible.call(read, stop):
        yield chunk


def _content(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Decompress a file if it begins like a compressed one; a pipe cannot be rewound."""
    begin = b""
    for chunk in chunks:
        begin += chunk
        if len(begin) >= len(_GZIP):
            break
    content = chain([begin], chunks)
    yield from _unzip(content) if begin.startswith(_GZIP) else content


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
def _open(place: str, stop: Event) -> Iterator[io.RawIOBase]:
    """Open a file, or a copy of an object: its connection could time out while the bus is slow."""
    if not place.startswith("s3://"):
        try:
            file = Path(place).open("rb", buffering=0)  # noqa: SIM115 - closed below
        except OSError as error:
            raise SourceError(f"cannot open {place}: {error.strerror}") from error
        with file:
            yield file
        return
    parts = urlsplit(place)
    with tempfile.NamedTemporaryFile() as copy:
        try:
            download = partial(
                boto3.client("s3").download_fileobj,
                parts.netloc,
                parts.path.lstrip("/"),
                copy,
                Config=TransferConfig(use_threads=False),  # threads of its own keep the process
            )
            interruptible.call(download, stop)
        except (BotoCoreError, ClientError) as error:
            raise SourceError(f"cannot read {place}: {error}") from error
        copy.flush()
        with Path(copy.name).open("rb", buffering=0) as file:
            yield file
