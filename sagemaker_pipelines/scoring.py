"""How forecasts are scored. Missing truths are NaN and are not scored.

Quantile loss: wQL(τ) = 2·Σ ρτ / Σ|y| with ρτ = τ·(y−q) if y > q else (1−τ)·(q−y); the metric is
its mean over the quantiles (Amazon DeepAR's mean_wQuantileLoss). Lower is better.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def mean_wql(truth: Array, quantiles: Mapping[float, Array]) -> float:
    """Score any number of pooled windows; NaN if there is nothing to compare with."""
    known = ~np.isnan(truth)
    total = np.abs(truth[known]).sum()
    if not total > 0:
        return float("nan")
    losses = []
    for level, forecast in quantiles.items():
        miss = truth[known] - forecast[known]
        losses.append(2 * np.maximum(level * miss, (level - 1) * miss).sum() / total)
    return float(np.mean(losses))


def coverage(truth: Array, low: Array, high: Array) -> float:
    """Give the share of truths between two quantile forecasts."""
    known = ~np.isnan(truth)
    inside = (truth[known] >= low[known]) & (truth[known] <= high[known])
    return float(inside.mean()) if known.any() else float("nan")


def last_value(target: Array) -> float:
    """Give the naive forecast: the last value that is known."""
    known = target[~np.isnan(target)]
    return float(known[-1]) if known.size else float("nan")
