"""Features of rows, and what may happen to them."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd

Draw = Callable[[np.random.Generator, int], np.ndarray]
KINDS: dict[str, Draw] = {
    "normal": lambda draw, count: draw.normal(size=count),
    "skewed": lambda draw, count: draw.lognormal(0, 1, count),
    "few values": lambda draw, count: draw.poisson(2, count).astype(float),
    "share 30 %": lambda draw, count: (draw.random(count) < 0.3).astype(float),
    "share 2 %": lambda draw, count: (draw.random(count) < 0.02).astype(float),
}
# By how many standard deviations the mean of the feature moves; of a share, zeros become ones.
SHIFTS = (0.25, 0.5, 1.0)


def rows(kind: str, count: int, seed: int) -> pd.Series:
    """Return values of a feature that depend on each other in nothing."""
    return pd.Series(KINDS[kind](np.random.default_rng(seed), count))


def shifted(values: pd.Series, kind: str, by: float, seed: int) -> pd.Series:
    """Return values whose mean is higher by standard deviations of the feature."""
    mean, spread = _moments(kind)
    drawn = np.random.default_rng(seed).random(len(values))
    if kind == "few values":  # integers remain integers
        return values + np.floor(by * spread + drawn)
    if kind.startswith("share"):
        return values.where(drawn >= by * spread / (1 - mean), 1.0)
    return values + by * spread


@cache
def _moments(kind: str) -> tuple[float, float]:
    drawn = rows(kind, 100_000, 0)
    return float(drawn.mean()), float(drawn.std())
