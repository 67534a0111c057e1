"""Held-out rows as the windows of a tournament, and the constant forecasts to beat. Pure.

A window has no time of its own. Its `first_minute` only orders the windows: the last one ends at
the time of the training, a minute each.
"""

from collections.abc import Sequence
from datetime import datetime
from statistics import fmean, median
from typing import Any

import numpy as np

from common import times
from common.deepar import QUANTILE_LEVELS
from sagemaker_pipelines.tabular.record import Array, Record
from sagemaker_pipelines.tournament.scores import Forecasts


def windows(
    targets: Sequence[float], naive: float, rows_per_window: int, end: datetime
) -> list[dict[str, Any]]:
    """Return the windows of as many rows as fill them, in the order of the rows."""
    count = len(targets) // rows_per_window
    return [
        {
            "first_minute": times.iso(end - (count - number) * times.MINUTE),
            "truth": list(targets[number * rows_per_window : (number + 1) * rows_per_window]),
            "naive": naive,
        }
        for number in range(count)
    ]


def requests(
    record: Record, lines: Sequence[Sequence[str]], rows_per_window: int
) -> list[dict[str, Any]]:
    """Return the request of each window: an instance with its raw rows."""
    rows = [
        [
            value if feature.enum else float(value)
            for feature, value in zip(record.features, line, strict=False)
        ]
        for line in lines
    ]
    count = len(rows) // rows_per_window
    starts = range(0, count * rows_per_window, rows_per_window)
    return [{"rows": rows[start : start + rows_per_window]} for start in starts]


def summary(targets: Sequence[float], rows: int) -> dict[str, Any]:
    """Return what the tournament needs to know about the training data."""
    mean, middle = fmean(targets), median(targets)
    return {
        "first": "row 1",
        "last": f"row {rows}",
        "training_start": {},
        "mean": mean,
        "median": middle,
        "lowest": min(targets),
        "highest": max(targets),
        # Of the error that MASE divides by: that of the constant median.
        "naive_error": fmean(abs(value - middle) for value in targets),
    }


def constant(value: float, count: int, rows_per_window: int) -> Forecasts:
    """Return the same value for all rows."""
    return point_forecasts(np.full((count, rows_per_window), value))


def point_forecasts(rows: Array) -> Forecasts:
    """Return predictions (windows, rows per window) as forecasts: each is also every quantile.

    So their mean wQL is the sum of the absolute errors divided by that of the targets.
    """
    return Forecasts(dict.fromkeys(QUANTILE_LEVELS, rows), rows)
