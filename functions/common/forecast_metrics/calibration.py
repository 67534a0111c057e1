"""Calibration of each quantile: the share of actual values at or below it (nominal: its level)."""

from statistics import fmean

from common.forecast_metrics.sample import Sample

CLOUDWATCH_NAME = "ShareBelowQuantile"  # and the level in percent


def compute(sample: Sample) -> dict[str, float] | None:
    """Return the share by level; None if no actual value is known."""
    if not sample.known(sample.mean):
        return None
    return {
        level: fmean(value <= quantile for value, quantile in sample.known(forecast))
        for level, forecast in sample.quantiles.items()
    }
