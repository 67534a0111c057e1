"""Rows of CSV: what is read by columns is what is read row by row."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagemaker_pipelines.tabular import csv_rows
from sagemaker_pipelines.tabular.record import RecordError, read
from tests.support import abalones

ABALONE, LINE = read("abalone"), read("linear_regression")
GOOD = [",".join(row[:-1]) for row in abalones.rows(2 * csv_rows.MANY)]


def one_by_one(text, record=ABALONE):
    """Return the numbers of the rows, or what is wrong with the first bad one."""
    try:
        rows = list(csv_rows.cells(io.StringIO(text, newline="")))
        return record.matrix(rows, "line ", first=1).tolist()
    except RecordError as error:
        return str(error)


def together(text, record=ABALONE):
    """Return the same, read at once."""
    try:
        return csv_rows.matrix(text, record).tolist()
    except RecordError as error:
        return str(error)


def test_many_rows_are_read_by_columns(monkeypatch):
    expected = one_by_one("\n".join(GOOD))
    monkeypatch.setattr(csv_rows, "cells", None)
    for end in ("\n", "\r\n"):
        assert together(end.join(GOOD)) == expected
        assert together(end.join([*GOOD, ""])) == expected
    assert together("0.5\n" * 30, LINE) == [[0.5]] * 30


STRANGE = [
    *("", " ", ",", "M", "nan", "x,0.4", '"', "#", "M,0.4,0.3,0.1,0.5,0.2,0.1,0.1,9"),
    *(f"{sex},0.4,0.3,0.1,0.5,0.2,0.1,0.15" for sex in ("", "m", " M", "MM", "M\0", '"M"', "M ")),
    *(
        f"M,{number},0.3,0.1,0.5,0.2,0.1,0.15"
        for number in (
            *(
                "",
                "nan",
                "inf",
                "-1",
                " 2",
                "2 ",
                "\x1c2",
                "1_0",
                "٣",
                "1e400",
                "1e3",
                "0x10",
                ".5",
                "5.",
            ),
            *("+1", "1d2", "1e", "0.1\r", "1 2", "1j", "\u00a01", "1#2", "1e-400", "-0.0"),
        )
    ),
]


@pytest.mark.parametrize("line", STRANGE)
@pytest.mark.parametrize("at", [0, 25, 40])
def test_strange_line_among_many_is_read_as_alone(line, at):
    text = "\n".join([*GOOD[:at], line, *GOOD[at:]])
    assert together(text) == one_by_one(text)
    assert together(text + "\n") == one_by_one(text + "\n")


@given(st.text(alphabet='0123456789.,-+eE_naif \n\r\t"#\0', max_size=100))
def test_any_text_is_read_as_row_by_row(text):
    rest = "\n0.5" * 30
    assert together(text + rest, LINE) == one_by_one(text + rest, LINE)


@pytest.mark.parametrize("count", [1, 100])
def test_bad_line_is_named(count):
    text = "0\n" * count + "x\n"
    with pytest.raises(RecordError, match=f"line {count + 1}: x: got 'x', expected a number"):
        csv_rows.matrix(text, LINE)


@pytest.mark.parametrize("text", ["", "\n" * 30, " " * 30])
def test_text_without_rows_is_an_empty_table_or_refused(text):
    found = together(text, LINE)
    assert found == one_by_one(text, LINE)


def test_open_quote_is_no_csv():
    with pytest.raises(RecordError, match="CSV: unexpected end of data"):
        list(csv_rows.cells(['"M,0.4']))


def test_numbers_are_rounded_as_by_python():
    draw = np.random.default_rng(0)
    texts = [repr(float(x)) for x in draw.normal(size=500) * 10.0 ** draw.integers(-300, 300, 500)]
    assert csv_rows.matrix("\n".join(texts), LINE)[:, 0].tolist() == [float(t) for t in texts]
