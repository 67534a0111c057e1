"""How far the probability integral transform (PIT) of the actual values is from uniform.

The quantiles divide the actual values into bins. A calibrated forecast puts into each bin the
share that the levels say; the metric is half of the sum of the differences: 0 is calibrated, 1 the
largest possible value.
"""

from itertools import pairwise

from common.forecast_metrics import calibration
from common.forecast_metrics.sample import Sample

CLOUDWATCH_NAME = "CalibrationError"


def compute(sample: Sample) -> float | None:
    """Return the total variation distance between the bins; None if no actual value is known."""
    below = calibration.compute(sample)
    if below is None:
        return None
    levels = sorted(below, key=float)
    nominal = _shares([float(level) for level in levels])
    observed = _shares([below[level] for level in levels])
    return sum(abs(a - b) for a, b in zip(nominal, observed, strict=True)) / 2


def _shares(cumulative: list[float]) -> list[float]:
    return [b - a for a, b in pairwise([0.0, *cumulative, 1.0])]
