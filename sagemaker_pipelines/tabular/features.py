"""Rows as columns for monitoring: a feature that is a text becomes a share per value. Pure."""

import numpy as np
import pandas as pd

from sagemaker_pipelines.tabular.record import Array, Record


def frame(record: Record, rows: Array) -> pd.DataFrame:
    """Return rows of numbers (`Record.matrix`) as a table: `sex` becomes `sex_F` and others."""
    columns: dict[str, Array] = {}
    for position, feature in enumerate(record.features):
        values = rows[:, position]
        if feature.enum:
            for number, value in enumerate(feature.enum):
                columns[f"{feature.name}_{value}"] = (values == number).astype(np.float64)
        else:
            columns[feature.name] = values
    return pd.DataFrame(columns)
