"""Mean absolute scaled error of the median (Hyndman and Koehler, 2006)."""

from statistics import fmean

from common.forecast_metrics.sample import Sample

CLOUDWATCH_NAME = "MASE"


def compute(sample: Sample) -> float | None:
    """Return the error divided by that of the last value repeated for one minute.

    None if no actual value is known, or if the divisor is unknown or 0.
    """
    pairs = sample.known(sample.quantiles.get("0.5", sample.mean))
    if not pairs or not sample.naive_error:
        return None
    return fmean(abs(value - forecast) for value, forecast in pairs) / sample.naive_error
