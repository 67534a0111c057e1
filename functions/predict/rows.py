"""Requests to models that take rows of features. Pure.

Rows go to the endpoint as CSV without a header, so that data capture has the raw features, one
line per row.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

from predict.json_body import NOTHING, Path, is_number, member_faults
from predict.problems import Fault, Kind, ProblemError, check_rows, invalid
from predict.record import Feature, Record

RECORDS = "records"  # member of a batch with the rows as objects
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
Row = list[str]  # texts of the features, in their order


def json_rows(document: object, record: Record, limit: int, *, single: bool) -> list[Row]:
    """Return the rows of a JSON body, at most `limit`; raises ProblemError."""
    if record.matrix is not None:
        rows, base = _member(document, record.matrix, "rows"), (record.matrix,)
        _check_count(rows, base, limit, single=single)
        return _checked(_matrix_row(row, (*base, n), record) for n, row in enumerate(rows))
    if single:
        return _checked([_object_row(document, (), record)])
    rows = _member(document, RECORDS, "objects")
    _check_count(rows, (RECORDS,), limit, single=single)
    return _checked(_object_row(row, (RECORDS, n), record) for n, row in enumerate(rows))


def csv_rows(text: str, record: Record, limit: int, *, single: bool) -> list[Row]:
    """Return the rows of a CSV body without a header, at most `limit`; raises ProblemError."""
    try:
        lines = [row for row in csv.reader(io.StringIO(text), strict=True) if row]
    except csv.Error as error:
        raise ProblemError(Kind.INVALID_BODY, f"body: expected CSV: {error}") from None
    _check_count(lines, (), limit, single=single)
    return _checked(_csv_row(cells, n, record) for n, cells in enumerate(lines))


def request_body(rows: Sequence[Row]) -> bytes:
    """Return the request to the endpoint: a line of CSV per row."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _member(document: object, name: str, what: str) -> list[Any]:
    """Return the list below the only member of a body."""
    if faults := member_faults(document, (), [name]):
        raise invalid(faults)
    assert isinstance(document, dict)  # noqa: S101 - checked above
    if not isinstance(document[name], list):
        raise invalid([Fault((name,), document[name], f"a list of {what}")])
    return list(document[name])


def _check_count(rows: Sequence[Any], path: Path, limit: int, *, single: bool) -> None:
    if not rows or (single and len(rows) > 1):
        expected = "exactly one row; POST /batch takes many" if single else "at least one row"
        raise invalid([Fault(path, f"{len(rows)} rows", expected)])
    check_rows(len(rows), limit, path)


def _checked(rows: Any) -> list[Row]:
    """Return the rows without faults; raises ProblemError for the faults of all rows."""
    found, faults = [], []
    for cells, wrong in rows:
        found.append(cells)
        faults += wrong
    if faults:
        raise invalid(faults)
    return found


def _matrix_row(row: object, path: Path, record: Record) -> tuple[Row, list[Fault]]:
    width = len(record.features)
    if not isinstance(row, list) or len(row) != width:
        names = ", ".join(feature.name for feature in record.features)
        return [], [Fault(path, row, f"a list of {width}: {names}")]
    pairs = list(zip(record.features, row, strict=True))
    faults = _value_faults(pairs, [(*path, n) for n in range(width)])
    return [str(value) for value in row], list(faults)


def _object_row(row: object, path: Path, record: Record) -> tuple[Row, list[Fault]]:
    names = [feature.name for feature in record.features]
    faults = member_faults(row, path, names)
    if not isinstance(row, dict):
        return [], faults
    pairs = [(f, row[f.name]) for f in record.features if f.name in row]
    faults += _value_faults(pairs, [(*path, feature.name) for feature, _ in pairs])
    return [str(value) for _, value in pairs], faults


def _csv_row(cells: list[str], line: int, record: Record) -> tuple[Row, list[Fault]]:
    width, texts = len(record.features), [cell.strip() for cell in cells]
    place = f"line {line + 1}"
    if len(texts) != width:
        names = ", ".join(feature.name for feature in record.features)
        return [], [Fault((line,), len(texts), f"{width} columns: {names}", place)]
    faults = [
        Fault((line, feature.name), text, feature.expected, f"{place}, {feature.name}")
        for feature, text in zip(record.features, texts, strict=True)
        if not _fits(feature, _number(text) if feature.type == "number" else text)
    ]
    return texts, faults


def _number(text: str) -> object:
    return float(text) if NUMBER.fullmatch(text) else NOTHING


def _value_faults(
    pairs: Sequence[tuple[Feature, object]], paths: Sequence[Path]
) -> Iterator[Fault]:
    for (feature, value), path in zip(pairs, paths, strict=True):
        if not _fits(feature, value):
            yield Fault(path, value, feature.expected)


def _fits(feature: Feature, value: Any) -> bool:
    if feature.enum:
        return value in feature.enum
    if feature.type != "number":
        return isinstance(value, str) and bool(value.strip())
    if not is_number(value):
        return False
    low = feature.minimum is None or value >= feature.minimum
    return low and (feature.maximum is None or value <= feature.maximum)
