"""Scores of forecasts. Minutes without truth (None or NaN) are not scored. Pure.

Quantile loss: wQL(τ) = 2·Σ ρτ / Σ|y| with ρτ = τ·(y−q) if y > q else (1−τ)·(q−y); the metric is
its mean over the quantiles (Amazon DeepAR's mean_wQuantileLoss). Lower is better.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeGuard

Truth = Sequence[float | None]


def mean_wql(truth: Truth, quantiles: Mapping[str, Sequence[float]]) -> float:
    """Return the mean wQL over all levels; raises ValueError if all truths are missing or zero."""
    total = sum(map(abs, filter(is_known, truth)))
    if not total > 0:
        raise ValueError("truth: got only missing or zero values, expected a nonzero one")
    losses = [
        2
        * sum(
            _pinball(float(level), value, quantile)
            for value, quantile in zip(truth, forecast, strict=True)
            if is_known(value)
        )
        / total
        for level, forecast in quantiles.items()
    ]
    return sum(losses) / len(losses)


def coverage(truth: Truth, low: Sequence[float], high: Sequence[float]) -> float:
    """Return the share of known truths between two quantile forecasts."""
    inside = [
        a <= value <= b for value, a, b in zip(truth, low, high, strict=True) if is_known(value)
    ]
    return sum(inside) / len(inside)


def last_value(context: Iterable[float | None]) -> float:
    """Return the naive forecast: the last known value of the context."""
    return list(filter(is_known, context))[-1]


def is_known(value: float | None) -> TypeGuard[float]:
    """Return whether a value is neither None nor NaN."""
    return value is not None and value == value  # noqa: PLR0124 - NaN does not equal itself


def _pinball(level: float, value: float, forecast: float) -> float:
    miss = value - forecast
    return max(level * miss, (level - 1) * miss)
