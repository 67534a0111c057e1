"""Rows of CSV without a header: their cells, and their numbers as a record has them."""

import csv
import io
from collections.abc import Iterable, Iterator

import numpy as np

from sagemaker_pipelines.tabular.record import Array, Record, RecordError

# Fewer lines are read faster one by one.
MANY = 20
# Quotes are left to the csv module; NumPy drops NUL at the end of a text, and takes separators of
# ASCII beside a number for spaces, which `float` refuses.
SPECIAL = '"\0\x1c\x1d\x1e\x1f'


def cells(lines: Iterable[str]) -> Iterator[list[str]]:
    """Yield the cells of each line of CSV; lines without any are left out.

    Raises RecordError for what is no CSV, such as a quote that is not closed.
    """
    try:
        yield from (row for row in csv.reader(lines, strict=True) if row)
    except csv.Error as error:
        raise RecordError(f"CSV: {error}") from None


def matrix(text: str, record: Record) -> Array:
    """Return the numbers of all rows: shape (rows, features); RecordError names a bad line."""
    if (table := columns(text, record)) is not None:
        return table
    rows = list(cells(io.StringIO(text, newline="")))
    return record.matrix(rows, "line ", first=1)


def columns(text: str, record: Record) -> Array | None:
    """Return the numbers of rows by columns, in a quarter of the time.

    None with few rows, or if not each line is a valid one without quotes.
    """
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < MANY or text.isspace() or any(mark in text for mark in SPECIAL):
        return None
    types = [(feature.name, feature.dtype) for feature in record.features]
    try:
        rows = np.loadtxt(lines, types, delimiter=",", comments=None, ndmin=1)
    except ValueError:
        return None
    table = np.column_stack([one.numbers(rows[one.name]) for one in record.features])
    return table if len(table) == len(lines) and np.isfinite(table).all() else None
