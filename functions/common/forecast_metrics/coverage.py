"""Share of actual values between the lowest and the highest quantile (nominal: 80 %)."""

from common import scores
from common.forecast_metrics.sample import Sample

CLOUDWATCH_NAME = "Coverage"


def compute(sample: Sample) -> float | None:
    """Return the share; None if no actual value is known."""
    if not any(map(scores.is_known, sample.truth)):
        return None
    levels = sorted(sample.quantiles, key=float)
    low, high = levels[0], levels[-1]
    return scores.coverage(sample.truth, sample.quantiles[low], sample.quantiles[high])
