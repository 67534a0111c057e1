"""Values by hour of day, so that only the same hours are compared. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from sagemaker_pipelines.monitoring.distances import Array, Distances, distances

MINIMUM_VALUES = 5  # of an hour of day, or it is not compared
_NORMAL_QUARTILES = 1.349  # interquartile range of the standard normal distribution


@dataclass(frozen=True)
class Hourly:
    """The known values of a series by hour of day (UTC)."""

    values: Array
    hour: Array
    day: Array  # 0 is the last 24 hours of the series, 1 the 24 hours before, …

    @classmethod
    def of(cls, series: pd.Series) -> "Hourly":
        """Return the finite values of a series with a time index."""
        known = series[np.isfinite(series.to_numpy(float, na_value=np.nan))]
        age = (series.index[-1] - known.index) // pd.Timedelta(days=1) if len(series) else []
        return cls(known.to_numpy(float), np.asarray(known.index.hour), np.asarray(age))

    @cached_property
    def hours(self) -> frozenset[int]:
        """The hours of day with enough values."""
        hours, counts = np.unique(self.hour, return_counts=True)
        return frozenset(hours[counts >= MINIMUM_VALUES].tolist())

    def days(self, days: Collection[int]) -> "Hourly":
        """Return the values of some days."""
        chosen = np.isin(self.day, list(days))
        return Hourly(self.values[chosen], self.hour[chosen], self.day[chosen])

    def of_hours(self, hours: Collection[int]) -> Array:
        """Return the values of some hours of day."""
        return self.values[np.isin(self.hour, list(hours))]


def seasonal(baseline: Hourly, current: Hourly, hours: Collection[int]) -> Distances:
    """Compare each hour of day with the same hour of the baseline; return the mean distances.

    The Wasserstein distance of an hour is divided by the baseline's spread in that hour
    (interquartile range / 1.349), so that it is in standard deviations. Both have values in all
    `hours`.
    """
    found = []
    for hour in hours:
        before, after = (
            baseline.values[baseline.hour == hour],
            current.values[current.hour == hour],
        )
        psi, ks, wasserstein = distances(before, after)
        found.append((psi, ks, wasserstein / spread(before)))
    return Distances(*np.mean(found, axis=0).tolist())


def spread(values: Array) -> float:
    """Return the standard deviation by the interquartile range, or another unit if it is 0."""
    low, high = np.quantile(values, (0.25, 0.75))
    return float((high - low) / _NORMAL_QUARTILES or values.std() or 1.0)
