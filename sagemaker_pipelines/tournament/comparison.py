"""Paired comparison of two contenders on the same windows. Pure."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sagemaker_pipelines.tournament.scores import Array

RESAMPLES = 2000
# Overlapping windows are correlated: an origin every 5 minutes and a horizon of 30 minutes make 6
# neighbors share truths.
BLOCK = 6
CONFIDENCE = 0.9


@dataclass(frozen=True, slots=True)
class Comparison:
    """The loss of one contender divided by that of another, with its interval."""

    ratio: float
    low: float
    high: float
    windows: int

    @property
    def better(self) -> bool:
        """Whether the interval is below 1: the first contender is better."""
        return self.high < 1

    @property
    def worse(self) -> bool:
        """Whether the interval is above 1: the first contender is worse."""
        return self.low > 1

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, with the skill: the share of the loss that is avoided."""
        return {**asdict(self), "skill": 1 - self.ratio, "confidence": CONFIDENCE}


def compare(losses: Array, others: Array, confidence: float = CONFIDENCE) -> Comparison:
    """Compare the losses of two contenders, one of each per window, oldest first.

    The interval of the ratio of the sums comes from a circular block bootstrap that draws the same
    windows for both. The seed is fixed: the same losses give the same interval.
    """
    count = len(losses)
    rng = np.random.default_rng(0)
    blocks = -(-count // BLOCK)
    starts = rng.integers(0, count, (RESAMPLES, blocks, 1))
    drawn = ((starts + np.arange(BLOCK)) % count).reshape(RESAMPLES, -1)[:, :count]
    ratios = _ratio(losses[drawn].sum(axis=1), others[drawn].sum(axis=1))
    tail = (1 - confidence) / 2
    low, high = np.quantile(ratios, (tail, 1 - tail))
    return Comparison(
        float(_ratio(losses.sum(), others.sum())), float(low), float(high), count
    )


def _ratio(loss: Array, other: Array) -> Array:
    """Return loss / other; two perfect forecasts are equal."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((loss == 0) & (other == 0), 1.0, np.asarray(loss / other))
