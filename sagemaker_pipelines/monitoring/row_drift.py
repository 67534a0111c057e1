"""Whether a feature or the prediction of a tabular model has drifted from its baseline. Pure.

Rows have no time: all of a window are compared with all of the baseline. How far they may be apart
by chance follows from the baseline itself: from random samples of it that have as many values as
the window. A feature has drifted if two of three distances are above their limits.
"""

import numpy as np
import pandas as pd

from sagemaker_pipelines.monitoring.distances import Array, Distances, distances
from sagemaker_pipelines.monitoring.drift_result import (
    LOWEST,
    Drift,
    judge,
    known_share,
    too_few_known,
)
from sagemaker_pipelines.monitoring.season import spread

MINIMUM_ROWS = 30
SAMPLES = 200
# A limit is the mean distance of the samples, plus so many standard deviations.
DEVIATIONS = 5.0
# More values say no more, and take longer.
MAXIMUM_ROWS = 10_000


class RowBaseline:
    """The baseline of one feature, with the limits that follow from samples of it."""

    def __init__(self, name: str, series: pd.Series) -> None:
        """Take the values of the baseline; NaN where unknown."""
        self.name = name
        self.known = known_share(series)
        self.values = _values(series)
        self._limits: dict[int, Distances] = {}

    def compare(self, window: pd.Series) -> Drift:
        """Compare the values of a window with the baseline."""
        known, now = known_share(window), _values(window)
        if len(window) >= MINIMUM_ROWS and (
            missing := too_few_known(self.name, known, self.known)
        ):
            return missing
        for values, where in ((self.values, "baseline"), (now, "window")):
            if len(values) < MINIMUM_ROWS:
                reason = f"the {where} has {len(values)} values, expected at least {MINIMUM_ROWS}"
                return Drift(self.name, None, reason, known=known, baseline_known=self.known)
        return judge(
            Drift(self.name, None, "", known=known, baseline_known=self.known),
            self._distances(self.values, now),
            self.limits(len(now)),
            self.values,
            now,
        )

    def limits(self, count: int) -> Distances:
        """Return the distances that are normal between the baseline and `count` rows like it."""
        if count not in self._limits:
            self._limits[count] = self._find_limits(count)
        return self._limits[count]

    def _find_limits(self, count: int) -> Distances:
        # Both samples are drawn with replacement: the baseline is a sample, too.
        draw, values = np.random.default_rng(0), self.values
        found = [
            self._distances(draw.choice(values, len(values)), draw.choice(values, count))
            for _ in range(SAMPLES)
        ]
        limits = np.mean(found, axis=0) + DEVIATIONS * np.std(found, axis=0)
        return Distances(*np.maximum(limits, LOWEST).tolist())

    def _distances(self, before: Array, now: Array) -> Distances:
        found = distances(before, now)
        return found._replace(wasserstein=found.wasserstein / spread(self.values))


def _values(series: pd.Series) -> Array:
    values: Array = series.to_numpy(float, na_value=np.nan)
    values = values[np.isfinite(values)]
    if len(values) <= MAXIMUM_ROWS:
        return values
    # Evenly from the sorted values, which keeps the distribution, whatever the order was.
    positions = np.linspace(0, len(values) - 1, MAXIMUM_ROWS).round().astype(int)
    chosen: Array = np.sort(values)[positions]
    return chosen
