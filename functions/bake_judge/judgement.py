"""Whether a version is worse than the one it replaced, by their losses on the same windows. Pure.

Windows are disjoint, so their scores count as independent. Their standard deviation is combined
with what is known about that of scores in general, because the first comparison has few windows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, sqrt
from statistics import fmean

from common import threshold
from common.threshold import PRIOR_DEVIATION, PRIOR_WINDOWS

FALSE_ROLLBACKS = 0.01  # per comparison; a bake period has several


@dataclass(frozen=True, slots=True)
class Judgement:
    """Loss of the present version relative to the replaced one, and a lower limit of it."""

    ratio: float
    low: float
    windows: int

    @property
    def worse(self) -> bool:
        """Whether the present version is worse."""
        return self.low > 1


def judge(losses: Iterable[tuple[float, float]]) -> Judgement | None:
    """Judge by pairs (loss, loss of the replaced version), None if no pair has a score."""
    found = [threshold.score(loss, replaced) for loss, replaced in losses]
    scores = [score for score in found if score is not None]
    if not scores:
        return None
    mean, freedom = fmean(scores), PRIOR_WINDOWS + len(scores) - 1
    squares = sum((score - mean) ** 2 for score in scores)
    deviation = sqrt((PRIOR_WINDOWS * PRIOR_DEVIATION**2 + squares) / freedom)
    margin = threshold.student_quantile(1 - FALSE_ROLLBACKS, freedom) * deviation
    return Judgement(exp(mean), exp(mean - margin / sqrt(len(scores))), len(scores))
