"""Mean weighted quantile loss over all levels (Amazon DeepAR's mean_wQuantileLoss)."""

from common import scores
from common.forecast_metrics.sample import Sample

CLOUDWATCH_NAME = "MeanQuantileLoss"


def compute(sample: Sample) -> float | None:
    """Return the loss relative to the actual values; None if all of them are missing or zero."""
    if not any(filter(scores.is_known, sample.truth)):
        return None
    return scores.mean_wql(sample.truth, sample.quantiles)
