"""Data quality rules of a history, with values and limits. Pure."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, FiniteFloat

from common import times
from common.feature_rows import MINUTE
from sagemaker_pipelines.data import quality_metrics as metrics


class Limits(BaseModel):
    """Limits that the operator sets: SSM parameters under quality/data."""

    model_config = ConfigDict(frozen=True)

    maximum_constant_minutes: FiniteFloat
    maximum_gap_minutes: FiniteFloat
    maximum_interpolated_share: FiniteFloat
    maximum_ratio_to_median: FiniteFloat
    maximum_staleness_minutes: FiniteFloat
    minimum_completeness: FiniteFloat


@dataclass(frozen=True, slots=True)
class Rule:
    """A metric of the history with its limit; `comparison` is "at least" or "at most"."""

    name: str
    value: float
    comparison: str
    limit: float

    @property
    def passed(self) -> bool:
        """Whether the value is within the limit."""
        if self.comparison == "at least":
            return self.value >= self.limit
        return self.value <= self.limit

    def to_dict(self) -> dict[str, Any]:
        """Return the rule as reports and events contain it."""
        return {**asdict(self), "passed": self.passed}

    def __str__(self) -> str:
        return f"{self.name} is {self.value:g} ({self.comparison} {self.limit:g})"


@dataclass(frozen=True, slots=True)
class QualityReport:
    """All rules for one history."""

    rules: tuple[Rule, ...]
    malformed: int = 0  # rows that were left out, because their minute or event time is not a time

    @property
    def failed(self) -> list[Rule]:
        """The rules that the history violates."""
        return [rule for rule in self.rules if not rule.passed]

    @property
    def summary(self) -> str:
        """The result of the check, with all failed rules."""
        left_out = f" {self.malformed} malformed rows were left out." if self.malformed else ""
        if not self.failed:
            return f"The history passes all {len(self.rules)} data quality rules.{left_out}"
        rules = ", ".join(map(str, self.failed))
        return f"The history fails data quality rules: {rules}.{left_out}"

    def to_dict(self, end_time: datetime) -> dict[str, Any]:
        """Return the content of data_quality.json."""
        return {
            "passed": not self.failed,
            "summary": self.summary,
            "end_time": times.iso(end_time),
            "malformed_rows": self.malformed,
            "rules": [rule.to_dict() for rule in self.rules],
        }


def check(
    rows: pd.DataFrame,
    history: pd.Series,
    end_time: datetime,
    limits: Limits,
    minimum: int,
    malformed: int = 0,
) -> QualityReport:
    """Check the rows, in the order of the feature store reader, and their history.

    The first rules have the operator's limits. Every row that window_aggregator writes passes the
    last four, so a single violation means that something else wrote the row.
    """
    known = history.dropna().index
    length = max(1, len(history))
    start = history.index[0] if len(history) else pd.Timestamp(end_time)
    newest = known[-1] if len(known) else start
    # Missing minutes after the newest value are stale, not interpolated.
    interpolated = history[:newest].isna().sum() if len(known) else 0
    staleness = (pd.Timestamp(end_time) - newest) / pd.Timedelta(minutes=1)
    existing = history.index.isin(rows[MINUTE]).sum()
    constant = metrics.longest_constant_run(history)
    at_least = {
        "minutes_with_data": (len(known), minimum),
        "completeness": (existing / length, limits.minimum_completeness),
    }
    at_most = {
        "interpolated_share": (interpolated / length, limits.maximum_interpolated_share),
        "gap_minutes": (metrics.longest_gap(history), limits.maximum_gap_minutes),
        "staleness_minutes": (staleness, limits.maximum_staleness_minutes),
        "constant_minutes": (constant, limits.maximum_constant_minutes),
        "ratio_to_median": (metrics.ratio_to_median(history), limits.maximum_ratio_to_median),
        "minutes_out_of_order": (metrics.out_of_order(rows), 0),
        "minutes_not_finite": (metrics.not_finite(rows).sum(), 0),
        "minutes_negative": (metrics.negative(rows).sum(), 0),
        "minutes_inconsistent": (metrics.inconsistent(rows).sum(), 0),
    }
    return QualityReport(
        tuple(
            Rule(name, float(value), comparison, limit)
            for comparison, rules in (("at least", at_least), ("at most", at_most))
            for name, (value, limit) in rules.items()
        ),
        malformed,
    )
