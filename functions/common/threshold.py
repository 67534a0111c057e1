"""The threshold of a model version from the version's own windows. Pure.

The score of a window is log(wQL / wQL of the reference forecast) on the same minutes. The alarm
sees an exponentially weighted moving average of the mean scores of readings; exp of it is the
relative loss. The threshold is an upper prediction limit for exactly that average: while the
version continues as in its windows, a reading is above it with probability FALSE_READINGS. For
normal scores the limit is mean + t·sd·√(v + 1/n) with n independent windows and v the variance of
the average in units of a window's. It is wider after few windows.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import exp, log, sqrt
from statistics import NormalDist
from typing import Literal

from common import times
from common.alarm_policy import AlarmPolicy
from common.errors import bad_value

FALSE_READINGS = 0.008
MAXIMUM_RATIO = 10.0  # of a window's losses: a single window does not outweigh all others
# What is known about the standard deviation of scores before a version has windows, and the
# weight of that in windows: versions of the benchmark's streams have 0.32 to 0.49.
PRIOR_DEVIATION, PRIOR_WINDOWS = 0.4, 24


@dataclass(frozen=True, slots=True)
class Window:
    """A scored window of a version."""

    first_minute: datetime  # of the truth
    score: float


@dataclass(frozen=True, slots=True)
class Threshold:
    """Relative losses of a version."""

    typical: float  # geometric mean of its windows, where the moving average starts
    value: float  # an average above it counts towards a breach
    # The value is never above it: a version that is no better than the reference is in breach even
    # if its own windows are too few or too scattered to say so.
    ceiling: float = 1.0


@dataclass(frozen=True, slots=True)
class ThresholdPolicy:
    """How the threshold of a stage follows from the windows of its version.

    `follow`: from the windows alone. `fixed`: always `value`. `ratchet`: like follow, but at most
    `slack` (a share) above the threshold of the previous version.
    """

    policy: Literal["fixed", "follow", "ratchet"] = "follow"
    value: float | None = None
    slack: float = 0.1

    def apply(self, followed: Threshold, previous: float | None) -> Threshold:
        """Return the threshold under the policy; `previous` is that of the previous version."""
        value = followed.value
        if self.policy == "fixed":
            if self.value is None:
                raise ValueError(bad_value("value", None, "a number with policy fixed"))
            value = self.value
        if self.policy == "ratchet" and previous is not None:
            value = min(value, previous * (1 + self.slack))
        return Threshold(followed.typical, value, followed.ceiling)


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


def follow(
    windows: Sequence[Window], horizon: int, policy: AlarmPolicy, ceiling: float | None = None
) -> Threshold:
    """Return the threshold that follows from the windows of a version, in any order.

    `horizon` is the length of a window in minutes; `ceiling` is that of the version's backtest,
    once it has one. Raises ValueError without windows.
    """
    if not windows:
        raise ValueError("windows: got none, expected at least one")
    ordered = sorted(windows, key=lambda window: window.first_minute)
    scores = [window.score for window in ordered]
    weights = _weights([window.first_minute for window in ordered], horizon)
    count = sum(weights)
    mean = _sum_of_products(weights, scores) / count
    squares = _sum_of_products(weights, [(score - mean) ** 2 for score in scores])
    limit = deviation_limit(FALSE_READINGS, squares, count)
    newest = policy.smoothing_factor
    variance = newest / (2 - newest) / policy.windows_per_reading
    margin = limit * sqrt(variance + 1 / count)
    if ceiling is None:
        ceiling = max(1.0, exp(mean + limit * sqrt(variance)))
    return Threshold(exp(mean), min(exp(mean + margin), ceiling), ceiling)


def deviation_limit(probability: float, squares: float, count: float) -> float:
    """Return what the deviation of a score exceeds with a probability, for a variance of 1.

    `squares` is the sum of the squared deviations of `count` scores from their mean. Their
    standard deviation is combined with what is known about that of scores in general.
    """
    freedom = PRIOR_WINDOWS + count - 1
    deviation = sqrt((PRIOR_WINDOWS * PRIOR_DEVIATION**2 + squares) / freedom)
    return student_quantile(1 - probability, freedom) * deviation


def student_quantile(probability: float, freedom: float) -> float:
    """Return a quantile of Student's t distribution.

    By the expansion in 1/freedom of Abramowitz and Stegun, 26.7.5; within 0.1 % for 20 degrees of
    freedom or more and probabilities up to 0.999.
    """
    z = NormalDist().inv_cdf(probability)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, start=1))


def _weights(starts: Sequence[datetime], horizon: int) -> list[float]:
    """Return the number of windows that each one counts as.

    A minute that several windows share is divided between them, so that overlapping windows count
    by the minutes that they cover together.
    """
    firsts = [(start - starts[0]) // times.MINUTE for start in starts]
    if all(b - a >= horizon for a, b in pairwise(firsts)):
        return [1.0] * len(firsts)
    shared = Counter(first + k for first in firsts for k in range(horizon))
    return [sum(1 / shared[first + k] for k in range(horizon)) / horizon for first in firsts]


def _sum_of_products(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))
