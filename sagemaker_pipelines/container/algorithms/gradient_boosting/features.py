"""Inputs of the gradient boosting, all relative to the level of the last steps before an origin.

Training and inference share this module, so that they cannot differ.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from sagemaker_pipelines.container.series import Series

Array = NDArray[np.float64]
Positions = NDArray[np.int64]
LEVEL_SPAN = 60  # steps whose median is the level
LAGS = (1, 2, 3, 4, 5, 7, 10, 15, 20, 30)
SPANS = (3, 10, 30, 60, 120)
LEVELS = (0.1, 0.5, 0.9)
LONGEST = max(*SPANS, *LAGS, LEVEL_SPAN)
# Two cycles of the longest season are within a request of 270 steps.
SHORTEST_SEASON, LONGEST_SEASON = 10, 120
TINY = 1e-9


def levels(values: Array, origins: Positions) -> Array:
    """Return the level before each origin, which scales inputs and target: shape (origins,)."""
    return np.maximum(np.median(_last(values, origins, LEVEL_SPAN), axis=1), TINY)


def of_series(
    series: Series, values: Array, origins: Positions, steps: Positions, settings: dict[str, Any]
) -> Array:
    """Return the inputs for forecasting steps of a series, whose `values` are its imputed ones."""
    start = int(series.start.astype("datetime64[s]").astype(np.int64))
    seconds = start + (origins + steps - 1) * settings["step_seconds"]
    return rows(values, origins, steps, settings["seasons"], seconds % 3600 / 3600)


def rows(
    values: Array, origins: Positions, steps: Positions, seasons: Sequence[int], minutes: Array
) -> Array:
    """Return the inputs for forecasting `steps` (from 1) after the origins, one row each.

    `values` has no missing values; the forecast of step 1 is that of values[origin]. `minutes` is
    the position of each forecast step within its hour (0 to 1).
    """
    unique, inverse = np.unique(origins, return_inverse=True)
    level = levels(values, unique)
    past = _last(values, unique, LONGEST) / level[:, None]
    columns = [past[:, -lag] for lag in LAGS]
    for span in SPANS:
        window = past[:, -span:]
        columns += [window.mean(axis=1), window.std(axis=1)]
        if span >= 10:
            columns += list(np.quantile(window, LEVELS, axis=1))
    state = np.stack(columns, axis=1)[inverse]
    scale = level[inverse]
    ahead = [steps.astype(float), np.sin(2 * np.pi * minutes), np.cos(2 * np.pi * minutes)]
    target = origins + steps - 1
    for season in seasons:
        cycles = -(-steps // season)  # the last occurrences before the origin
        before = [target - (cycles + more) * season for more in (0, 1)]
        ahead += [_near(values, positions, origins) / scale for positions in before]
    return np.column_stack([state, *ahead])


def names(seasons: Sequence[int]) -> tuple[str, ...]:
    """Return the names of the inputs, in their order in `rows`."""
    state = [f"lag_{lag}" for lag in LAGS]
    for span in SPANS:
        state += [f"mean_{span}", f"std_{span}"]
        if span >= 10:
            state += [f"quantile_{level:g}_{span}" for level in LEVELS]
    cycles = [f"season_{season}_{number}" for season in seasons for number in (1, 2)]
    return (*state, "step", "hour_sin", "hour_cos", *cycles)


def seasons(values: Array, shortest: int, longest: int, count: int) -> list[int]:
    """Return the lags with the highest peaks of the autocorrelation, at most `count` of them."""
    longest = min(longest, len(values) // 3)
    logs = np.log(np.maximum(values, TINY))
    logs = logs - logs.mean()
    padded = np.fft.rfft(logs, 2 * len(logs))
    correlation = np.fft.irfft(np.abs(padded) ** 2)[: longest + 2]
    correlation /= max(correlation[0], TINY)
    inner = correlation[1:-1]
    peaks = np.flatnonzero((inner > correlation[:-2]) & (inner >= correlation[2:])) + 1
    peaks = peaks[peaks >= shortest]
    best = peaks[np.argsort(-correlation[peaks], kind="stable")][:count]
    return sorted(int(peak) for peak in best)


def _near(values: Array, positions: Positions, ends: Positions) -> Array:
    """Return the mean of three values around each position, none of them at or after its end."""
    around = [np.minimum(np.maximum(positions + shift, 0), ends - 1) for shift in (-1, 0, 1)]
    return np.asarray(np.mean([values[position] for position in around], axis=0))


def _last(values: Array, origins: Positions, count: int) -> Array:
    """Return the values before each origin: shape (origins, count); the first one is repeated."""
    padded = np.concatenate([np.full(count, values[0]), values])
    return np.asarray(sliding_window_view(padded, count)[origins])
