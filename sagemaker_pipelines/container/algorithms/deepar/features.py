"""Network inputs other than lags of the target: the calendar, and `dynamic_feat`.

Training (torch) and inference (NumPy) share this module, so that they cannot differ.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sagemaker_pipelines.container.series import Series

HOUR, DAY = 3600, 86400
MIN_OCCURRENCES = 20
CONSTANT = 1e-6  # relative standard deviation below which a feature is constant: rounding
LARGEST = 100.0  # standard deviations; an outlier must not make the network overflow


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


@dataclass(frozen=True, slots=True)
class Inputs:
    """How the inputs of a model follow from a series.

    `centers` and `spreads` standardize its dynamic features: mean and standard deviation in the
    training.
    """

    step_seconds: int
    cycles: Sequence[str]
    centers: Sequence[float] = ()
    spreads: Sequence[float] = ()

    @classmethod
    def fit(cls, series: Sequence[Series], step_seconds: int) -> "Inputs":
        """Return the inputs for the training on some series with equally many features."""
        cycles = cycles_for(step_seconds, max(len(s.target) for s in series))
        if not len(series[0].dynamic_feat):
            return cls(step_seconds, cycles)
        features = np.concatenate([s.dynamic_feat for s in series], axis=1, dtype=np.float64)
        spreads = features.std(axis=1)
        constant = spreads < CONSTANT * np.abs(features).max(axis=1)
        spreads[constant | (spreads == 0)] = 1
        return cls(step_seconds, cycles, features.mean(axis=1).tolist(), spreads.tolist())

    def rows(self, series: Series, first: int, count: int) -> NDArray[np.float32]:
        """Return the inputs of the steps first … first+count-1 after start, one row per step.

        Before the series, its features have their mean.
        """
        fixed = calendar(series.start, first, count, self.step_seconds, self.cycles)
        if not self.centers:
            return fixed
        known = series.dynamic_feat[:, max(first, 0) : first + count].T
        scaled = (known - np.array(self.centers)) / np.array(self.spreads)
        dynamic = np.zeros((count, len(self.centers)), np.float32)
        dynamic[count - len(known) :] = np.clip(scaled, -LARGEST, LARGEST)
        return np.concatenate([fixed, dynamic], axis=1)
