"""What the network sees beside the target's lags: calendar features, and no missing values.

Training (torch) and inference (NumPy) both use this module, so that they cannot differ.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

HOUR, DAY = 3600, 86400
TIMES_SEEN = 20


def _since(unit: str) -> Callable[[NDArray[np.datetime64]], NDArray[np.int64]]:
    return lambda t: (
        (t - t.astype(f"datetime64[{unit}]")).astype("timedelta64[s]").astype(np.int64)
    )


# name: (its period in seconds, the seconds since it began). 1970-01-01 was a Thursday.
_CYCLES: dict[str, tuple[int, Callable[[NDArray[np.datetime64]], NDArray[np.int64]]]] = {
    "hour": (HOUR, _since("h")),
    "day": (DAY, _since("D")),
    "week": (7 * DAY, lambda t: (t.astype(np.int64) + 3 * DAY) % (7 * DAY)),
}


def cycles_for(step_seconds: int, length: int) -> list[str]:
    """Choose the cycles that the training data show often enough to learn anything from them."""
    return [
        name
        for name, (period, _) in _CYCLES.items()
        if 2 * step_seconds <= period and TIMES_SEEN * period <= step_seconds * length
    ]


def calendar(
    start: np.datetime64, first: int, count: int, step_seconds: int, cycles: Sequence[str]
) -> NDArray[np.float32]:
    """Give the features of the steps first … first+count-1 after start, as rows.

    Each cycle is a point on a circle: no jump at its end. One column of zeros stands where GluonTS
    has the age of the series: age would make a forecast depend on how much history a request
    happens to hold.
    """
    times = start + (np.arange(first, first + count) * step_seconds).astype("timedelta64[s]")
    columns = [np.zeros(count)]
    for name in cycles:
        period, since = _CYCLES[name]
        angle = 2 * np.pi * since(times) / period
        columns += [np.sin(angle), np.cos(angle)]
    return np.stack(columns, axis=-1).astype(np.float32)


def filled(target: NDArray[np.float32]) -> NDArray[np.float32]:
    """Put the last known value in place of missing ones (at the beginning the first known one)."""
    known = np.flatnonzero(~np.isnan(target))
    if not known.size:
        return np.zeros_like(target)
    previous = np.searchsorted(known, np.arange(target.size), side="right") - 1
    return target[known[np.maximum(previous, 0)]]
