"""How good a forecast was. Minutes without truth are not scored. Pure.

Quantile loss: wQL(τ) = 2·Σ ρτ / Σ|y| with ρτ = τ·(y−q) if y > q else (1−τ)·(q−y); the metric is
its mean over the quantiles (Amazon DeepAR's mean_wQuantileLoss). Lower is better. The training
pipeline scores its backtest by the same formula.
"""

from collections.abc import Mapping, Sequence

from common.minutes import Fees


def mean_wql(truth: Fees, quantiles: Mapping[str, Sequence[float]]) -> float:
    """Score one window; raises ValueError when the truth is all missing or all zero."""
    total = sum(abs(value) for value in truth if value is not None)
    if not total > 0:
        raise ValueError("there is no truth to compare with")
    losses = [
        2
        * sum(_pinball(float(level), *pair) for pair in zip(truth, forecast, strict=True))
        / total
        for level, forecast in quantiles.items()
    ]
    return sum(losses) / len(losses)


def coverage(truth: Fees, low: Sequence[float], high: Sequence[float]) -> float:
    """Return the share of known truths between two quantile forecasts."""
    inside = [
        a <= value <= b for value, a, b in zip(truth, low, high, strict=True) if value is not None
    ]
    return sum(inside) / len(inside)


def last_value(context: Fees) -> float:
    """Return the naive forecast: the last value that is known."""
    return next(value for value in reversed(context) if value is not None)


def _pinball(level: float, value: float | None, forecast: float) -> float:
    if value is None:
        return 0.0
    miss = value - forecast
    return max(level * miss, (level - 1) * miss)
