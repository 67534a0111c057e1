"""The relative loss of a model version, and the threshold of it for the version's windows. Pure.

The score of a window is log(wQL / wQL of the reference forecast) on the same minutes. A reading
is the mean score of its windows; as a ratio, exp(mean), it is the relative loss. The threshold is
an upper prediction limit for exactly that mean: if the version continues as in its own windows, a
reading exceeds it with probability FALSE_READINGS. The prediction limit of a normal sample is
mean + t·sd·√(1/k + 1/n), for the mean of k further windows after n; it is wider after few windows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import exp, log, sqrt
from statistics import NormalDist
from typing import Literal

from common import times

FALSE_READINGS = 0.02
MAXIMUM_RATIO = 10.0  # of a window's losses; a single window does not outweigh all others
MINIMUM_MARGIN = 1.05  # of the threshold above the typical relative loss
# Belief about the standard deviation of scores before a version has windows, and its weight in
# windows. A version that was just trained has few independent ones.
PRIOR_DEVIATION = 0.3
PRIOR_WINDOWS = 8


@dataclass(frozen=True, slots=True)
class Window:
    """A scored window of a version."""

    first_minute: datetime  # of the truth
    score: float


@dataclass(frozen=True, slots=True)
class ThresholdPolicy:
    """How the threshold of a stage follows from the windows of its version.

    `follow`: from the windows alone. `fixed`: always `value`. `ratchet`: like follow, but at most
    `slack` (a share) above the threshold that the previous version had.
    """

    policy: Literal["fixed", "follow", "ratchet"] = "follow"
    value: float | None = None
    slack: float = 0.1


def score(loss: float, reference_loss: float) -> float | None:
    """Return log(loss / reference_loss), limited to ±log(MAXIMUM_RATIO).

    Equal losses are 0, also if both are 0; None if only one of them is 0 (no finite ratio).
    """
    if loss == reference_loss:
        return 0.0
    if not (loss > 0 and reference_loss > 0):
        return None
    bound = log(MAXIMUM_RATIO)
    return min(bound, max(-bound, log(loss) - log(reference_loss)))


def relative_loss(scores: Sequence[float]) -> float | None:
    """Return a reading's loss relative to the reference, None without a scored window."""
    return exp(sum(scores) / len(scores)) if scores else None


def followed(windows: Sequence[Window], horizon: int, per_reading: int) -> list[float]:
    """Return the thresholds for readings with 1 to `per_reading` scored windows.

    `horizon` is the length of a window in minutes. Overlapping windows share minutes: a window
    counts by the share of its minutes that the next one does not have. Raises ValueError without
    windows.
    """
    if not windows:
        raise ValueError("windows: got none, expected at least one")
    ordered = sorted(windows, key=lambda window: window.first_minute)
    weights = _weights([window.first_minute for window in ordered], horizon)
    count = sum(weights)
    mean = sum(w * window.score for w, window in zip(weights, ordered, strict=True)) / count
    squares = sum(
        w * (window.score - mean) ** 2 for w, window in zip(weights, ordered, strict=True)
    )
    freedom = PRIOR_WINDOWS + count - 1
    deviation = sqrt((PRIOR_WINDOWS * PRIOR_DEVIATION**2 + squares) / freedom)
    quantile = student_quantile(1 - FALSE_READINGS, freedom)
    margins = [
        quantile * deviation * sqrt(1 / scored + 1 / count) for scored in range(1, per_reading + 1)
    ]
    return [exp(mean + max(margin, log(MINIMUM_MARGIN))) for margin in margins]


def applied(
    policy: ThresholdPolicy, followed: Sequence[float], previous: Sequence[float] | None
) -> list[float]:
    """Return the thresholds under a policy; `previous` are those of the previous version."""
    if policy.policy == "fixed":
        if policy.value is None:
            raise ValueError("value: got nothing, expected a number for policy fixed")
        return [policy.value] * len(followed)
    if policy.policy == "ratchet" and previous:
        limits = [limit * (1 + policy.slack) for limit in previous]
        return [min(pair) for pair in zip(followed, limits, strict=True)]
    return list(followed)


def student_quantile(probability: float, freedom: float) -> float:
    """Return a quantile of Student's t distribution.

    By the expansion in 1/freedom of Abramowitz and Stegun, 26.7.5; within 1 % from 4 degrees of
    freedom on, for probabilities up to 0.99.
    """
    z = NormalDist().inv_cdf(probability)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, start=1))


def _weights(firsts: Sequence[datetime], horizon: int) -> list[float]:
    """Return the share of minutes of each window that the next one does not have."""
    gaps = [(b - a) / (horizon * times.MINUTE) for a, b in pairwise(firsts)]
    return [*(min(1.0, gap) for gap in gaps), 1.0]
