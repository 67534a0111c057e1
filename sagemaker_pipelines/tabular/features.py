"""Raw rows of training or requests as columns for monitoring. Pure."""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd

from sagemaker_pipelines.tabular.record import Record


def frame(record: Record, rows: Sequence[Any]) -> pd.DataFrame:
    """Return rows, each by position or by name, as a table: a column of every feature.

    Values need not be those of the record, because a table says what is wrong with them. Unknown
    are those that are no number, of a text no text, and all of a row of another length.
    """
    cells = [_cells(record, row) for row in rows]
    columns: dict[str, pd.Series] = {}
    for position, feature in enumerate(record.features):
        values = [row[position] for row in cells]
        if feature.enum:
            texts = [value if isinstance(value, str) and value else None for value in values]
            columns[feature.name] = pd.Series(texts, dtype=object)
        else:
            columns[feature.name] = pd.Series([_number(value) for value in values], dtype=float)
    return pd.DataFrame(columns)


def _cells(record: Record, row: Any) -> Sequence[Any]:
    if isinstance(row, Mapping):
        return [row.get(name) for name in record.names]
    if isinstance(row, list) and len(row) == len(record.features):
        return row
    return [None] * len(record.features)


def _number(value: Any) -> float:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        with suppress(OverflowError, ValueError):
            number = float(value)
            return number if math.isfinite(number) else math.nan
    return math.nan


def shares(record: Record, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of numbers: a text becomes a column per value, whose mean is its share.

    `sex` becomes `sex_F` and others, with 1 in the rows that have the value, and NaN where none is
    known.
    """
    columns: dict[str, pd.Series] = {}
    for feature in record.features:
        known = table[feature.name]
        if not feature.enum:
            columns[feature.name] = known
        for value in feature.enum:
            columns[f"{feature.name}_{value}"] = (known == value).where(known.notna(), np.nan)
    return pd.DataFrame(columns, table.index, dtype=float)
