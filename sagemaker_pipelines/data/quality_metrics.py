"""Metrics of a history and its rows, for the rules in quality.py. Pure."""

import numpy as np
import pandas as pd

from common.feature_rows import AVERAGE_FEE, EVENT_TIME, FEATURES, MINUTE

RELATIVE_TOLERANCE = 1e-9  # between our division and the writer's


def longest_gap(history: pd.Series) -> int:
    """Return the length (minutes) of the longest run of missing values."""
    missing = history.isna()
    runs = missing.groupby((~missing).cumsum()).sum()
    return int(runs.max()) if len(runs) else 0


def longest_constant_run(history: pd.Series) -> int:
    """Return the length (minutes) of the longest run of one value, ignoring gaps."""
    known = history.dropna()
    runs = known.groupby((known != known.shift()).cumsum()).size()
    return int(runs.max()) if len(runs) else 0


def ratio_to_median(history: pd.Series) -> float:
    """Return the maximum divided by the median (of at least 1 satoshi) of the finite values."""
    finite = history[np.isfinite(history)]
    if finite.empty:
        return 0.0
    return float(finite.max() / max(finite.quantile(0.5, interpolation="lower"), 1.0))


def out_of_order(rows: pd.DataFrame) -> int:
    """Return how many rows are off the minute grid, too early, or not after the one before.

    A row is too early if its event time is before the end of its minute.
    """
    minutes, minute = rows[MINUTE], pd.Timedelta(minutes=1)
    invalid = (minutes != minutes.dt.floor("min")) | (rows[EVENT_TIME] < minutes + minute)
    return int(invalid.sum() + (minutes.diff() <= pd.Timedelta(0)).sum())


def not_finite(rows: pd.DataFrame) -> pd.Series:
    """Return which rows have a number that is infinite or NaN."""
    return ~np.isfinite(_numbers(rows, missing=0)).all(axis="columns")


def negative(rows: pd.DataFrame) -> pd.Series:
    """Return which rows have a number below zero."""
    return (_numbers(rows, missing=0) < 0).any(axis="columns")


def inconsistent(rows: pd.DataFrame) -> pd.Series:
    """Return which rows have an average that is not their sum divided by their count."""
    numbers = _numbers(rows, missing=np.nan)
    count, total, average = (numbers[name] for name in FEATURES)
    with np.errstate(all="ignore"):
        quotient = total / count.where(count > 0)
        consistent = np.isclose(average, quotient, rtol=RELATIVE_TOLERANCE, atol=0)
    return rows[AVERAGE_FEE].notna() & ~consistent


def _numbers(rows: pd.DataFrame, missing: float) -> pd.DataFrame:
    """Return the features as float64, with a value for missing ones."""
    return pd.DataFrame(
        {name: rows[name].to_numpy(np.float64, na_value=missing) for name in FEATURES}, rows.index
    )
