"""Raw rows of training and requests as columns for monitoring."""

import numpy as np
import pandas as pd
import pytest

from sagemaker_pipelines.tabular import features, record
from tests.support import abalones

ABALONE = record.read("abalone")


def row(**changes):
    cells = dict(zip(abalones.COLUMNS[:-1], abalones.rows(1)[0], strict=False))
    return {"sex": cells.pop("sex"), **{n: float(v) for n, v in cells.items()}, **changes}


def test_rows_by_position_and_by_name_are_the_same():
    found = features.frame(ABALONE, [row(sex="F"), list(row(sex="F").values())])
    assert list(found) == list(ABALONE.names)
    assert found.iloc[0].equals(found.iloc[1])


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({"sex": "?"}, True),
        ({"sex": ""}, False),
        ({"sex": 3}, False),
        ({"length": "0.4"}, True),
        ({"length": -1}, True),
        ({"length": "long"}, False),
        ({"length": True}, False),
        ({"length": None}, False),
        ({"length": "nan"}, False),
        ({"length": 10**400}, False),
    ],
    ids=str,
)
def test_values_that_the_record_refuses_remain_as_far_as_they_can_be_compared(changes, known):
    [name] = changes
    found = features.frame(ABALONE, [row(**changes)])
    assert bool(found[name].notna().item()) == known
    assert found.drop(columns=name).notna().all(axis=None)


@pytest.mark.parametrize("bad", [None, [], ["M", 1], 3, "M,0.4", {}, {"sex": None}], ids=str)
def test_what_is_no_row_is_unknown(bad):
    assert features.frame(ABALONE, [bad]).isna().all(axis=None)


def test_text_becomes_a_share_of_each_value():
    frame = features.frame(ABALONE, [row(sex=sex) for sex in ["F", "M", "M", "?", None]])
    found = features.shares(ABALONE, frame)
    assert list(found)[:4] == ["sex_F", "sex_I", "sex_M", "length"]
    assert found["sex_M"].tolist()[:4] == [0, 1, 1, 0]
    assert np.isnan(found["sex_M"].iloc[4])
    assert set(found.dtypes) == {np.dtype(float)}


def test_no_rows_have_the_columns():
    found = features.shares(ABALONE, features.frame(ABALONE, []))
    assert "sex_F" in found
    assert isinstance(found, pd.DataFrame)
    assert len(found) == 0
