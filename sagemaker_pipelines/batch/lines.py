"""Lines of an input file: read with bounded memory, and checked as the model will read them."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from common.errors import bad_value
from sagemaker_pipelines.container.json_text import loads
from sagemaker_pipelines.container.series import SeriesError, parse
from sagemaker_pipelines.tabular import csv_rows, record
from sagemaker_pipelines.tabular.record import RecordError

FORECASTER = "forecaster"
MAX_LINE_BYTES = 1024 * 1024
CHUNK = 128 * 1024  # some thousand rows: a bad one lets them be checked one by one
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file, counted from 1; without content, `fault` says why it cannot be read."""

    number: int
    content: bytes | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of a file, the first of which is line `number`; or why that cannot be read."""

    number: int
    content: bytes
    fault: str = ""

    def lines(self) -> Iterator[Line]:
        """Yield the lines that are not empty."""
        if self.fault:
            yield Line(self.number, None, self.fault)
            return
        for number, line in enumerate(self.content.split(b"\n"), self.number):
            if len(line) > MAX_LINE_BYTES:
                fault = f"line: got more bytes, expected at most {MAX_LINE_BYTES}"
                yield Line(number, None, fault)
            elif line.strip():
                yield Line(number, line)


class LineError(ValueError):
    """The model cannot score a line; the message says why."""


def read(path: Path) -> Iterator[Block]:
    """Yield the lines of a file, which may be compressed (.gz), in blocks of bounded size."""
    number, rest = 1, b""
    with _open(path) as file:
        while chunk := _chunk(file):
            if isinstance(chunk, str):
                yield Block(number, b"", chunk)
                return
            content, end, rest = (rest + chunk).rpartition(b"\n")
            if end:
                yield _block(number, content)
                number += content.count(b"\n") + 1
            # Enough to see that the line is too long, also without the mark and a carriage return.
            rest = rest[: MAX_LINE_BYTES + len(BYTE_ORDER_MARK) + 2]
    if rest:
        yield _block(number, rest)


def _block(number: int, content: bytes) -> Block:
    if number == 1:
        content = content.removeprefix(BYTE_ORDER_MARK)
    return Block(number, content.replace(b"\r\n", b"\n").removesuffix(b"\r"))


def _open(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _chunk(file: BinaryIO) -> bytes | str:
    """Return the next bytes of a file; the reason if a compressed file is damaged there.

    One damaged file must not end the run of all others.
    """
    try:
        return file.read(CHUNK)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        return f"file: got a damaged .gz, this line and all after it are missing ({error})"


def checker(model: str) -> Callable[[Line], None]:
    """Return a function that raises LineError for a line that the model does not accept."""
    accept = _accept_series if model == FORECASTER else _accept_row(model)

    def check(line: Line) -> None:
        if line.content is None:
            raise LineError(line.fault)
        try:
            accept(line.content.decode())
        except UnicodeDecodeError as error:
            raise LineError(f"line: expected UTF-8 ({error})") from None
        except (RecordError, SeriesError) as error:
            raise LineError(str(error)) from None

    return check


def accepted(model: str, block: Block) -> int:
    """Return the number of lines of a block if the model accepts each of them, otherwise 0.

    Rows are checked together, which is many times faster; series one by one by `checker`.
    """
    if model == FORECASTER or block.fault or len(block.content) > MAX_LINE_BYTES:
        return 0
    wanted = record.read(model)
    try:
        text = block.content.decode()
        if (table := csv_rows.columns(text, wanted)) is None:
            table = wanted.matrix(csv_rows.cells(text.split("\n")))
    except (RecordError, UnicodeDecodeError):
        return 0
    return len(table) if len(table) == text.count("\n") + 1 else 0


def is_header(model: str, line: Line) -> bool:
    """Return whether a line has the names of a tabular model's features."""
    if model == FORECASTER or line.number != 1 or line.content is None:
        return False
    cells = line.content.decode(errors="replace").split(",")
    return tuple(cell.strip().strip('"') for cell in cells) == record.read(model).names


def _accept_series(text: str) -> None:
    try:
        instance = loads(text)
    except (RecursionError, ValueError) as error:
        raise SeriesError(f"expected JSON ({error})") from None
    parse(instance)


def _accept_row(model: str) -> Callable[[str], None]:
    wanted = record.read(model)

    def accept(text: str) -> None:
        rows = list(csv_rows.cells([text]))
        if len(rows) != 1:
            raise RecordError(bad_value("line", text, "one row"))
        wanted.row(rows[0])

    return accept
