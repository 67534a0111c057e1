"""Quantile functions known at a few levels: quantiles at other levels, and the mean."""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_NORMAL = NormalDist()
# Levels whose quantiles represent a distribution; their average is its mean.
GRID = ((np.arange(200) + 0.5) / 200).tolist()


def at(levels: Sequence[float], known: Sequence[float], quantiles: Array) -> Array:
    """Return the quantiles at `levels`, one row each, from those at ascending `known` levels.

    Linear in the quantiles of the normal distribution, so that normal distributions are exact;
    continued linearly beyond the outer levels.
    """
    x, knots = scores(levels), scores(known)
    right = np.clip(np.searchsorted(knots, x), 1, len(knots) - 1)
    share = ((x - knots[right - 1]) / (knots[right] - knots[right - 1]))[:, None]
    return quantiles[right - 1] + share * (quantiles[right] - quantiles[right - 1])


def mean(known: Sequence[float], quantiles: Array) -> Array:
    """Return the mean of the distribution, as if no value were negative."""
    return np.asarray(np.maximum(at(GRID, known, quantiles), 0).mean(axis=0))


def scores(levels: Sequence[float]) -> Array:
    """Return the quantiles of the standard normal distribution."""
    return np.array([_NORMAL.inv_cdf(level) for level in levels])
