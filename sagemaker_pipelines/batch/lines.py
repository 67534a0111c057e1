"""Lines of an input file: read with bounded memory, and checked as the model will read them."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from common.errors import bad_value
from sagemaker_pipelines.container.series import SeriesError, parse
from sagemaker_pipelines.tabular import record
from sagemaker_pipelines.tabular.record import RecordError, csv_rows

FORECASTER = "forecaster"
MAX_LINE_BYTES = 1024 * 1024
CHUNK = 1024 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file, counted from 1; without content, `fault` says why it cannot be read."""

    number: int
    content: bytes | None
    fault: str = ""


class LineError(ValueError):
    """The model cannot score a line; the message says why."""


def read(path: Path) -> Iterator[Line]:
    """Yield the lines of a file, which may be compressed (.gz); those that are empty are not."""
    with _open(path) as file:
        for number, found in enumerate(_split(file), 1):
            if isinstance(found, str):
                yield Line(number, None, found)
                continue
            content = found.removeprefix(BYTE_ORDER_MARK) if number == 1 else found
            if content.strip():
                yield Line(number, content)


def _open(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _split(file: BinaryIO) -> Iterator[bytes | str]:
    """Yield the lines of a file without their ends; of one that cannot be read, the reason."""
    rest, skipping = b"", False
    while chunk := _chunk(file):
        if isinstance(chunk, str):
            yield chunk
            return
        *complete, rest = (rest + chunk).split(b"\n")
        for line in complete:
            yield _checked(line, too_long=skipping)
            skipping = False
        if len(rest) > MAX_LINE_BYTES:
            rest, skipping = b"", True
    if rest or skipping:
        yield _checked(rest, too_long=skipping)


def _checked(line: bytes, *, too_long: bool) -> bytes | str:
    if too_long or len(line) > MAX_LINE_BYTES:
        return f"line: got more bytes, expected at most {MAX_LINE_BYTES}"
    return line.removesuffix(b"\r")


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


def all_accepted(model: str, block: Sequence[Line]) -> bool:
    """Return whether the model accepts all lines of a block, without saying which it does not.

    Rows are checked together, which is several times faster; series one by one by `checker`.
    """
    if model == FORECASTER or any(line.content is None for line in block):
        return False
    try:
        texts = [(line.content or b"").decode() for line in block]
        rows = list(csv_rows(texts))
        record.read(model).matrix(rows)
    except (RecordError, UnicodeDecodeError):
        return False
    return len(rows) == len(block)


def is_header(model: str, line: Line) -> bool:
    """Return whether a line has the names of a tabular model's features."""
    if model == FORECASTER or line.number != 1 or line.content is None:
        return False
    cells = line.content.decode(errors="replace").split(",")
    return tuple(cell.strip().strip('"') for cell in cells) == record.read(model).names


def _accept_series(text: str) -> None:
    try:
        instance = json.loads(text)
    except (RecursionError, ValueError) as error:
        raise SeriesError(f"expected JSON ({error})") from None
    parse(instance)


def _accept_row(model: str) -> Callable[[str], None]:
    wanted = record.read(model)

    def accept(text: str) -> None:
        rows = list(csv_rows([text]))
        if len(rows) != 1:
            raise RecordError(bad_value("line", text, "one row"))
        wanted.row(rows[0])

    return accept
