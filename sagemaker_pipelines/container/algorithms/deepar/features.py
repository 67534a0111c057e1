"""Network inputs other than lags of the target: calendar features.

Training (torch) and inference (NumPy) share this module, so that they cannot differ.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

HOUR, DAY = 3600, 86400
MIN_OCCURRENCES = 20


def _since(unit: str) -> Callable[[NDArray[np.datetime64]], NDArray[np.int64]]:
    return lambda t: (
        (t - t.astype(f"datetime64[{unit}]")).astype("timedelta64[s]").astype(np.int64)
    )


# name: (period in seconds, seconds since its start). 1970-01-01 was a Thursday.
_CYCLES: dict[str, tuple[int, Callable[[NDArray[np.datetime64]], NDArray[np.int64]]]] = {
    "hour": (HOUR, _since("h")),
    "day": (DAY, _since("D")),
    "week": (7 * DAY, lambda t: (t.astype(np.int64) + 3 * DAY) % (7 * DAY)),
}


def cycles_for(step_seconds: int, length: int) -> list[str]:
    """Return the cycles that the training data contain often enough to learn from."""
    return [
        name
        for name, (period, _) in _CYCLES.items()
        if 2 * step_seconds <= period and MIN_OCCURRENCES * period <= step_seconds * length
    ]


def calendar(
    start: np.datetime64, first: int, count: int, step_seconds: int, cycles: Sequence[str]
) -> NDArray[np.float32]:
    """Return the features of the steps first … first+count-1 after start, one row per step.

    Each cycle is encoded as sine and cosine. A column of zeros replaces the age feature of
    GluonTS, which would make a forecast depend on the length of the history in a request.
    """
    times = start + (np.arange(first, first + count) * step_seconds).astype("timedelta64[s]")
    columns = [np.zeros(count)]
    for name in cycles:
        period, since = _CYCLES[name]
        angle = 2 * np.pi * since(times) / period
        columns += [np.sin(angle), np.cos(angle)]
    return np.stack(columns, axis=-1).astype(np.float32)
