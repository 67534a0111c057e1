"""Root mean squared error of the mean forecast, in the unit of the target (satoshi)."""

from math import sqrt
from statistics import fmean

from common.forecast_metrics.sample import Sample

CLOUDWATCH_NAME = "RMSE"


def compute(sample: Sample) -> float | None:
    """Return the error; None if no actual value is known."""
    pairs = sample.known(sample.mean)
    return sqrt(fmean((value - forecast) ** 2 for value, forecast in pairs)) if pairs else None
