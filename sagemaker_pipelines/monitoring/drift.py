"""Whether a feature or the forecast has drifted from its baseline. Pure.

The values of each hour of day are compared with those of the same hour in the baseline, by three
distances, of which the means over the hours count. Each has a limit that follows from the baseline
itself: how far each of its days is from its other days. A feature has drifted if two of the three
distances are above their limits. Tests of significance would not do: minutes are autocorrelated,
so that every day differs significantly from every other.
"""

import numpy as np
import pandas as pd

from sagemaker_pipelines.monitoring.distances import Distances, distances
from sagemaker_pipelines.monitoring.drift_result import (
    LOWEST,
    UNKNOWN,
    Drift,
    judge,
    known_share,
    too_few_known,
)
from sagemaker_pipelines.monitoring.season import Hourly, seasonal

# By which the mean distance of a day of the baseline from its other days is multiplied
# (benchmarks/drift).
MARGIN = 1.45
MINIMUM_DAYS = 2  # less say nothing about the difference between days: the limits are UNKNOWN
FULL_DAY = 12  # a day of the baseline with fewer hours is not compared as a whole


class Baseline:
    """The baseline of one feature, with the limits that follow from its days."""

    def __init__(self, name: str, series: pd.Series) -> None:
        """Take the values of the baseline, with a time index; NaN where unknown."""
        self.name = name
        self.known = known_share(series)
        self.hourly = Hourly.of(series)
        self._limits: dict[frozenset[int], Distances] = {}

    def compare(self, window: pd.Series) -> Drift:
        """Compare the values of a window with the baseline."""
        known, current = known_share(window), Hourly.of(window)
        if missing := too_few_known(self.name, known, self.known):
            return missing
        hours = current.hours & self.hourly.hours
        if not hours or 2 * len(hours) < len(current.hours):
            reason = f"the baseline has {len(hours)} of {len(current.hours)} hours of day"
            return Drift(self.name, None, reason, len(hours), known, self.known)
        before, now = self.hourly.of_hours(hours), current.of_hours(hours)
        return judge(
            Drift(self.name, None, "", len(hours), known, self.known),
            seasonal(self.hourly, current, hours),
            self.limits(hours),
            before,
            now,
            plain=distances(before, now),
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
