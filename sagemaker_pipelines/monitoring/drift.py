"""Whether a feature or the forecast has drifted from its baseline. Pure.

The values of each hour of day are compared with those of the same hour in the baseline, by three
distances, of which the means over the hours count. Each has a limit that follows from the baseline
itself: how far each of its days is from its other days. A feature has drifted if two of the three
distances are above their limits. Tests of significance would not do: minutes are autocorrelated,
so that every day differs significantly from every other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from sagemaker_pipelines.monitoring.distances import Distances, distances
from sagemaker_pipelines.monitoring.season import Hourly, seasonal

# By which the mean distance of a day of the baseline from its other days is multiplied
# (benchmarks/drift).
MARGIN = 1.45
# A baseline whose days are all alike has limits of about zero: they are never below these.
LOWEST = Distances(psi=0.2, ks=0.15, wasserstein=0.25)
# Less than two days say nothing about the difference between days: then these are the limits.
MINIMUM_DAYS = 2
UNKNOWN = Distances(psi=5.0, ks=0.7, wasserstein=2.5)
FULL_DAY = 12  # a day of the baseline with fewer hours is not compared as a whole
# Fewer known values than this share of the baseline's are a drift of their own.
MINIMUM_KNOWN = 0.5
MISSING_SCORE = 10.0


@dataclass(frozen=True, slots=True)
class Drift:
    """The comparison of one feature; `score` above 1 is a drift, None if nothing is comparable."""

    name: str
    score: float | None
    reason: str
    hours: int = 0  # of the day that were compared
    known: float = 0.0  # share of known values in the window
    baseline_known: float = 0.0
    seasonal: Distances | None = None  # means over the hours of day; they decide
    limits: Distances | None = None
    plain: Distances | None = None  # without regard to the hours, in the feature's unit
    medians: Mapping[str, float] = field(default_factory=dict)

    @property
    def drifted(self) -> bool:
        """Whether it is a drift."""
        return self.score is not None and self.score > 1

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "name": self.name,
            "drifted": self.drifted,
            "score": self.score,
            "reason": self.reason,
            "hours": self.hours,
            "known": self.known,
            "baseline_known": self.baseline_known,
            **{
                name: value._asdict() if value else None
                for name, value in (
                    ("seasonal", self.seasonal),
                    ("limits", self.limits),
                    ("plain", self.plain),
                )
            },
            "medians": dict(self.medians),
        }


class Baseline:
    """The baseline of one feature, with the limits that follow from its days."""

    def __init__(self, name: str, series: pd.Series) -> None:
        """Take the values of the baseline, with a time index; NaN where unknown."""
        self.name = name
        self.known = _known(series)
        self.hourly = Hourly.of(series)
        self._limits: dict[frozenset[int], Distances] = {}

    def compare(self, window: pd.Series) -> Drift:
        """Compare the values of a window with the baseline."""
        known, current = _known(window), Hourly.of(window)
        if known < MINIMUM_KNOWN * self.known:
            reason = f"only {known:.0%} of the values are known, in the baseline {self.known:.0%}"
            return Drift(self.name, MISSING_SCORE, reason, known=known, baseline_known=self.known)
        hours = current.hours & self.hourly.hours
        if not hours or 2 * len(hours) < len(current.hours):
            reason = f"the baseline has {len(hours)} of {len(current.hours)} hours of day"
            return Drift(self.name, None, reason, len(hours), known, self.known)
        found, limits = seasonal(self.hourly, current, hours), self.limits(hours)
        ratios = {n: v / limits._asdict()[n] for n, v in found._asdict().items()}
        return Drift(
            self.name,
            sorted(ratios.values())[-2],
            _reason(found, limits),
            len(hours),
            known,
            self.known,
            seasonal=found,
            limits=limits,
            plain=distances(self.hourly.of_hours(hours), current.of_hours(hours)),
            medians={
                "baseline": float(np.median(self.hourly.of_hours(hours))),
                "window": float(np.median(current.of_hours(hours))),
            },
        )

    def limits(self, hours: frozenset[int]) -> Distances:
        """Return the limits for a window that has these hours of day."""
        if hours not in self._limits:
            self._limits[hours] = self._find_limits(hours)
        return self._limits[hours]

    @property
    def plain_limit(self) -> float:
        """Kolmogorov-Smirnov distance of whole days that is normal between days."""
        days = {int(day) for day in np.unique(self.hourly.day)}
        parts = [(self.hourly.days({d}), self.hourly.days(days - {d})) for d in sorted(days)]
        found = [
            distances(others.values, one.values).ks
            for one, others in parts
            if len(one.hours) > FULL_DAY and others.hours
        ]
        if len(found) < MINIMUM_DAYS:
            return UNKNOWN.ks
        return max(MARGIN * float(np.mean(found)), LOWEST.ks)

    def _find_limits(self, hours: frozenset[int]) -> Distances:
        days = {int(day) for day in np.unique(self.hourly.day)}
        found = []
        for day in sorted(days):
            one, others = self.hourly.days({day}), self.hourly.days(days - {day})
            common = hours & one.hours & others.hours
            if 2 * len(common) >= len(hours):
                found.append(seasonal(others, one, common))
        if len(found) < MINIMUM_DAYS:
            return UNKNOWN
        return Distances(*np.maximum(MARGIN * np.mean(found, axis=0), LOWEST).tolist())


def _known(series: pd.Series) -> float:
    return float(np.isfinite(series.to_numpy(float, na_value=np.nan)).mean()) if len(series) else 0


def _reason(found: Distances, limits: Distances) -> str:
    return ", ".join(
        f"{name} {value:.2f} (limit {limit:.2f})"
        for name, value, limit in zip(("PSI", "KS", "Wasserstein"), found, limits, strict=True)
    )
