"""The reference forecast: what every model has to beat. Pure.

The quantiles of every future minute are the empirical quantiles of the last known minutes. It
needs no training and costs nothing, and right after a change of the stream it is hard to beat.
"""

from collections.abc import Sequence
from statistics import fmean

from common.deepar import QUANTILE_LEVELS, Forecast
from common.scores import is_known

REFERENCE = "reference"  # its name as an algorithm and as a contender
CONTEXT_MINUTES = 120


def forecast(
    context: Sequence[float | None], length: int, levels: Sequence[str] = QUANTILE_LEVELS
) -> Forecast:
    """Return the forecast of the `length` minutes after the context.

    `context` has one value per minute (satoshi), None or NaN where it is not known; its last
    CONTEXT_MINUTES are used, or if none of them is known the last known value. Raises ValueError
    if the context has no known value.
    """
    known = [value for value in context[-CONTEXT_MINUTES:] if is_known(value)]
    known = known or [value for value in context if is_known(value)][-1:]
    if not known:
        raise ValueError("context: got only missing values, expected a known one")
    ordered = sorted(known)
    quantiles = {level: [_quantile(ordered, float(level))] * length for level in levels}
    return Forecast(quantiles, [fmean(known)] * length)


def _quantile(ordered: Sequence[float], level: float) -> float:
    """Return a quantile of sorted values by linear interpolation, like numpy.quantile."""
    position = level * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (position - below) * (ordered[above] - ordered[below])
