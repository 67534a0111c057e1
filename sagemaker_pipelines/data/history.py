"""The history of the average fee as a pandas Series with one value per minute. Pure.

Its index is a DatetimeIndex (UTC) without gaps; NaN marks minutes without a value.
"""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa

from common.feature_rows import AVERAGE_FEE, EVENT_TIME, FEATURES, MINUTE
from common.times import floor_minute

ISO = "%Y-%m-%dT%H:%M:%SZ"  # times in CSV files


def history(averages: Mapping[datetime, float], first: datetime, end: datetime) -> pd.Series:
    """Return the minutes from the first known one in [first, end) to the end."""
    known = [minute for minute in averages if first <= minute < end]
    start = floor_minute(min(known, default=first))
    index = pd.date_range(start, end, freq="min", inclusive="left", name=MINUTE)
    values = [averages.get(minute, np.nan) for minute in index]
    return pd.Series(values, index, dtype=float, name=AVERAGE_FEE)


def frame(table: pa.Table) -> pd.DataFrame:
    """Return rows of the feature store as a DataFrame.

    Numbers keep their Arrow type, because quality checks distinguish missing numbers from NaN.
    """
    columns = table.select([MINUTE, EVENT_TIME, *FEATURES])
    numbers = {kind: pd.ArrowDtype(kind) for kind in (pa.float64(), pa.int64(), pa.null())}
    found: pd.DataFrame = columns.to_pandas(types_mapper=numbers.get)
    return found


def json_values(values: pd.Series) -> list[float | None]:
    """Return values for JSON, with None instead of NaN."""
    return [None if np.isnan(value) else value for value in values.to_list()]
