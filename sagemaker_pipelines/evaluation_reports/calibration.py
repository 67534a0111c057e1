"""Calibration by hour of the day: does a quantile have its share of truths below it? Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def by_hour(
    truth: Array, quantiles: Mapping[str, Array], hours: NDArray[np.int64]
) -> list[dict[str, Any]]:
    """Return for each hour (UTC) the number of known truths and, by level, their share below.

    Arrays have one value per row. A calibrated forecaster has a share of 0.9 at or below the
    quantile of level 0.9, in every hour.
    """
    known = ~np.isnan(truth)
    found = []
    for hour in range(24):
        rows = known & (hours == hour)
        if rows.any():
            below = {
                level: float(np.mean(truth[rows] <= values[rows]))
                for level, values in quantiles.items()
            }
            found.append({"hour": hour, "count": int(rows.sum()), "calibration": below})
    return found
