"""Whether a history is fit to train on: every rule with its value and its limit. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sagemaker_pipelines.steps import measures
from sagemaker_pipelines.steps.measures import Row
from sagemaker_pipelines.steps.minutes import MINUTE, History, iso


@dataclass(frozen=True, slots=True)
class Limits:
    """What the operator allows; named as the parameters below quality/data."""

    maximum_constant_minutes: float
    maximum_gap_minutes: float
    maximum_interpolated_share: float
    maximum_ratio_to_median: float
    maximum_staleness_minutes: float
    minimum_completeness: float


@dataclass(frozen=True, slots=True)
class Rule:
    """One property of a history: what it is and what it must be."""

    name: str
    value: float
    comparison: str
    limit: float

    @property
    def passed(self) -> bool:
        """Tell whether the value keeps the limit."""
        least = self.comparison == "at least"
        return self.value >= self.limit if least else self.value <= self.limit

    def described(self) -> dict[str, Any]:
        """Give the rule as the report and the event hold it."""
        return {**asdict(self), "passed": self.passed}

    def __str__(self) -> str:
        return f"{self.name} is {self.value:g} ({self.comparison} {self.limit:g})"


@dataclass(frozen=True, slots=True)
class Verdict:
    """All rules about one history."""

    rules: tuple[Rule, ...]

    @property
    def broken(self) -> list[Rule]:
        """Give the rules that the history breaks."""
        return [rule for rule in self.rules if not rule.passed]

    @property
    def sentence(self) -> str:
        """Say whether the history is fit, and if not, why."""
        if not self.broken:
            return f"The history keeps all {len(self.rules)} rules of data quality."
        return f"The history is not fit to train on: {', '.join(map(str, self.broken))}."

    def report(self, end_time: datetime) -> dict[str, Any]:
        """Give the content of data_quality.json."""
        return {
            "passed": not self.broken,
            "sentence": self.sentence,
            "end_time": iso(end_time),
            "rules": [rule.described() for rule in self.rules],
        }


def check(
    rows: Sequence[Row], history: History, end_time: datetime, limits: Limits, minimum: int
) -> Verdict:
    """Judge the rows, in the order of training, and the history that they make.

    The first rules have the operator's limits. The last four hold for every row that our own
    writer wrote, so a single minute that breaks one says that something else is wrong.
    """
    values = history.values
    length = max(1, len(values))
    known = [n for n, value in enumerate(values) if value is not None]
    newest = history.minute(known[-1]) if known else history.first
    inside = values[: known[-1]] if known else []  # what follows is stale, not interpolated
    minutes = {row.minute for row in rows}
    existing = sum(history.minute(n) in minutes for n in range(len(values)))
    stale = (end_time - newest) / MINUTE
    return Verdict(
        (
            _least("minutes_with_data", len(known), minimum),
            _least("completeness", existing / length, limits.minimum_completeness),
            _most(
                "interpolated_share",
                inside.count(None) / length,
                limits.maximum_interpolated_share,
            ),
            _most("gap_minutes", measures.gap(values), limits.maximum_gap_minutes),
            _most("staleness_minutes", stale, limits.maximum_staleness_minutes),
            _most("constant_minutes", measures.constant(values), limits.maximum_constant_minutes),
            _most(
                "ratio_to_median", measures.ratio_to_median(values), limits.maximum_ratio_to_median
            ),
            _most("minutes_out_of_order", measures.out_of_order(rows), 0),
            _most("minutes_not_finite", sum(map(measures.not_finite, rows)), 0),
            _most("minutes_negative", sum(map(measures.negative, rows)), 0),
            _most("minutes_inconsistent", sum(map(measures.inconsistent, rows)), 0),
        )
    )


def _least(name: str, value: float, limit: float) -> Rule:
    return Rule(name, value, "at least", limit)


def _most(name: str, value: float, limit: float) -> Rule:
    return Rule(name, value, "at most", limit)
