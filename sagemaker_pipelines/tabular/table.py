"""Training data of a tabular model: CSV files with the columns of its record in any order."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from common.errors import bad_value
from sagemaker_pipelines.tabular import csv_rows
from sagemaker_pipelines.tabular.record import Array, Record, RecordError, columns

ENCODING = "utf-8-sig"  # spreadsheets write a byte order mark


@dataclass
class Table:
    """Rows that the record accepts, in their order, and what is wrong with the others."""

    lines: list[list[str]] = field(default_factory=list)  # raw cells, in the order of `columns`
    rows: list[list[float]] = field(default_factory=list)
    malformed: list[str] = field(default_factory=list)


def read(paths: Sequence[Path], record: Record) -> Table:
    """Read files; raises RecordError for one without the columns of the record."""
    found = Table()
    for path in paths:
        with path.open(encoding=ENCODING, newline="") as lines:
            _append(found, path.name, lines, record)
    return found


def read_prepared(folder: Path, record: Record) -> Table:
    """Read the prepared files of a folder; raises RecordError for the first malformed row."""
    if not folder.is_dir():
        raise RecordError("missing")
    found = read(sorted(path for path in folder.rglob("*") if path.is_file()), record)
    if found.malformed:
        raise RecordError(found.malformed[0])
    return found


def read_folder(folder: Path, record: Record) -> tuple[Array, Array]:
    """Read the prepared files of a folder: features (rows, features) and target (rows,)."""
    rows = read_prepared(folder, record).rows
    numbers = np.array(rows, np.float64).reshape(-1, len(record.features) + 1)
    return numbers[:, :-1], numbers[:, -1]


def write(path: Path, record: Record, lines: Sequence[Sequence[str]]) -> None:
    """Write raw rows with the header of the record."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns(record))
        writer.writerows(lines)


def _append(found: Table, name: str, lines: Iterator[str], record: Record) -> None:
    cells = csv_rows.cells(lines)
    wanted = columns(record)
    header = [cell.strip() for cell in next(cells, [])]
    missing = [column for column in wanted if column not in header]
    if missing:
        expected = f"a column {missing[0]} (all: {', '.join(wanted)})"
        raise RecordError(bad_value(f"{name}: header", ",".join(header), expected))
    positions = [header.index(column) for column in wanted]
    for number, row in enumerate(cells, 2):
        try:
            if len(row) != len(header):
                raise RecordError(bad_value("cells", len(row), f"{len(header)} as in the header"))
            chosen = [row[position].strip() for position in positions]
            numbers = [*record.row(chosen[:-1]), record.target_feature.number(chosen[-1])]
        except ValueError as error:
            found.malformed.append(f"{name}, row {number}: {error}")
            continue
        found.lines.append(chosen)
        found.rows.append(numbers)
