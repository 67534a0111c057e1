"""Distances between the distributions of two samples. Pure."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
BINS = 10
CHANCE = 1.8  # standard factor of Model Monitor's container
SMALLEST_SHARE = 1e-4  # of a bin without values: its logarithm would be infinite


class Distances(NamedTuple):
    """How far a sample is from its baseline; 0: not at all."""

    psi: float  # population stability index
    ks: float  # Kolmogorov-Smirnov statistic, 0 to 1
    wasserstein: float  # in the unit of the samples


def distances(baseline: Array, current: Array) -> Distances:
    """Return all distances; neither sample is empty, and all values are finite."""
    from scipy import stats  # noqa: PLC0415 - half a second, which not every baseline needs

    return Distances(
        psi(baseline, current),
        ks(baseline, current),
        float(stats.wasserstein_distance(baseline, current)),
    )


def ks(baseline: Array, current: Array) -> float:
    """Return the Kolmogorov-Smirnov statistic: the largest difference of the distributions."""
    from scipy import stats  # noqa: PLC0415

    with np.errstate(divide="ignore"):  # of the p-value, which is not used
        return float(stats.ks_2samp(baseline, current, method="asymp").statistic)


def largest_difference(baseline: NDArray[Any], current: NDArray[Any]) -> float:
    """Return Model Monitor's distance: that of `ks`, of texts the largest difference of shares."""
    if baseline.dtype.kind == "f":
        return ks(baseline, current)
    values, which = np.unique(np.concatenate([baseline, current]), return_inverse=True)
    counts = [
        np.bincount(part, minlength=len(values)) for part in np.split(which, [len(baseline)])
    ]
    return float(np.abs(counts[0] / len(baseline) - counts[1] / len(current)).max())


def robust(distance: float, count: int, other: int) -> float:
    """Subtract from Model Monitor's distance what chance makes of samples of these sizes.

    As its container does for the method Robust, by the two-sample Kolmogorov-Smirnov test.
    """
    return max(0.0, distance - CHANCE * math.sqrt((count + other) / (count * other)))


def psi(baseline: Array, current: Array) -> float:
    """Return the population stability index over the deciles of the baseline.

    The sum over all bins of (share − baseline share)·ln(share / baseline share). A baseline with
    few different values has fewer bins.
    """
    edges = np.unique(np.quantile(baseline, np.arange(1, BINS) / BINS))
    expected, found = _shares(edges, baseline), _shares(edges, current)
    return float(np.sum((found - expected) * np.log(found / expected)))


def _shares(edges: Array, values: Array) -> Array:
    counts = np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1)
    return np.maximum(counts / len(values), SMALLEST_SHARE)
