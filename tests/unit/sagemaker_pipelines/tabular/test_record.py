"""Rows of tabular models: what the record accepts, and what it says about the others."""

import json
import math
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagemaker_pipelines.tabular import algorithm, record, settings, table
from sagemaker_pipelines.tabular.gate import Gate
from sagemaker_pipelines.tabular.record import RecordError
from sagemaker_pipelines.tabular.splits import TEST, TRAIN, VALIDATION, LastRows, Shares
from tests.support import abalones

ABALONE = record.read("abalone")
ROW = ["M", "0.455", "0.365", "0.095", "0.514", "0.2245", "0.101", "0.15"]


@pytest.mark.parametrize("name", record.models())
def test_every_model_has_a_record_an_algorithm_settings_and_a_definition(name):
    assert record.read(name).model == name
    assert algorithm.find(name).fit
    assert Gate.parse(settings.find(name).gate)
    raw = json.loads((record.MODELS / name / "record.json").read_text())
    assert record.read(name).row([feature["example"] for feature in raw["features"]])


def test_a_row_may_be_given_by_position_or_by_name():
    expected = [2.0, *map(float, ROW[1:])]
    assert ABALONE.row(ROW) == expected
    assert ABALONE.row(dict(zip(ABALONE.names, ROW, strict=True))) == expected


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sex": "X"}, "sex: got 'X', expected F or I or M"),
        ({"length": "long"}, "length: got 'long', expected a number of at least 0"),
        ({"length": -1}, "length: got -1, expected a number of at least 0"),
        ({"length": math.nan}, "length: got nan, expected a number of at least 0"),
        ({"length": "inf"}, "length: got 'inf', expected a number of at least 0"),
        ({"length": True}, "length: got True, expected a number of at least 0"),
        ({"length": 10**400}, "length: got an integer of"),
        ({"length": None}, "length: got None, expected a number"),
        ({"rings": 3}, "field: got 'rings', expected only sex, length"),
    ],
)
def test_a_bad_value_is_named(change, message):
    values = {**dict(zip(ABALONE.names, ROW, strict=True)), **change}
    with pytest.raises(RecordError) as caught:
        ABALONE.matrix([values])
    assert f"row 0: {message}" in str(caught.value)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (ROW[:-1], "values: got 7, expected 8: sex, length"),
        ("M,0.4", "row: got 'M,0.4', expected values of sex, length"),
        ({"sex": "M"}, "length: got 'nothing', expected a value"),
    ],
)
def test_a_row_of_another_shape_is_refused(row, message):
    with pytest.raises(RecordError, match=message):
        ABALONE.row(row)


@given(st.lists(st.one_of(st.none(), st.text(), st.floats(), st.integers(), st.booleans())))
def test_any_row_is_finite_numbers_or_an_error(values):
    with suppress(RecordError):
        assert np.isfinite(ABALONE.row(values)).all()


def test_unknown_model_is_refused():
    with pytest.raises(ValueError, match="model: got 'abalones', expected abalone or"):
        record.read("abalones")


def test_table_takes_columns_in_any_order_and_names_malformed_rows(tmp_path):
    lines = ["rings,color,shell_weight,sex,length,diameter,height,whole_weight,"]
    lines[0] += "shucked_weight,viscera_weight"
    good = "9,red,0.15,M,0.455,0.365,0.095,0.514,0.2245,0.101"
    lines += [good, good.replace("M", "?"), "9,red", "", good.replace("9,", "many,", 1)]
    path = tmp_path / "a.csv"
    path.write_text("\ufeff" + "\r\n".join(lines), encoding="utf-8", newline="")
    found = table.read([path], ABALONE)
    assert found.lines == [[*ROW, "9"]]
    assert found.malformed == [
        "a.csv, row 3: sex: got '?', expected F or I or M",
        "a.csv, row 4: cells: got 2, expected 10 as in the header",
        "a.csv, row 5: rings: got 'many', expected a number",
    ]


def test_file_without_a_column_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("sex,rings\nM,9\n")
    with pytest.raises(RecordError, match=r"a.csv: header: got .*, expected a column length"):
        table.read([path], ABALONE)


def test_last_rows_are_held_out():
    assert LastRows(2).parts([["1"], ["2"], ["3"]]) == [TRAIN, TEST, TEST]


def test_shares_do_not_depend_on_order_or_on_added_rows():
    split, lines = Shares(0.8, 0.15), abalones.rows(4000)
    parts = split.parts(lines)
    counts = {part: parts.count(part) / 4000 for part in (TRAIN, VALIDATION, TEST)}
    assert counts == {
        TRAIN: pytest.approx(0.80, abs=0.03),
        VALIDATION: pytest.approx(0.15, abs=0.03),
        TEST: pytest.approx(0.05, abs=0.02),
    }
    more = [*abalones.rows(500, seed=1), *reversed(lines)]
    assert split.parts(more)[500:] == parts[::-1]


@pytest.mark.parametrize(
    ("text", "value", "passes"),
    [("rmse<=2.4", 2.4, True), ("rmse <= 2.4", 2.5, False), ("r2>=0.2", 0.19, False)],
)
def test_gate(text, value, passes):
    gate = Gate.parse(text)
    refusal = gate.refusal({gate.metric: {"value": value}})
    assert (refusal is None) == passes


@pytest.mark.parametrize("text", ["", "accuracy>=0.5", "rmse<2", "rmse<=-1", "rmse<=1e9"])
def test_bad_gate_is_refused(text):
    with pytest.raises(ValueError, match=r"gate: got .*, expected mae, mse, r2, rmse"):
        Gate.parse(text)
