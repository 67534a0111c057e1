"""Whether a version is worse than the one it replaced, by their losses on the same windows. Pure.

Windows are disjoint, so their scores count as independent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, sqrt
from statistics import fmean

from common import threshold

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
    mean, count = fmean(scores), len(scores)
    squares = sum((score - mean) ** 2 for score in scores)
    margin = threshold.deviation_limit(FALSE_ROLLBACKS, squares, count) / sqrt(count)
    return Judgement(exp(mean), exp(mean - margin), count)
