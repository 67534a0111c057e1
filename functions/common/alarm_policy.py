"""Settings of statistic, threshold and breach; benchmarks/alarm_policy justifies the defaults."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AlarmPolicy:
    """How readings become a breach."""

    windows_per_reading: int = 2  # disjoint, one after the other
    smoothing_factor: float = 0.4  # weight of the newest reading in the moving average
    datapoints_to_alarm: int = 2  # M: as many averages above the threshold begin a breach
    evaluation_periods: int = 3  # N: of the last readings that are not missing
    release_periods: int = 3  # as many averages in a row at or below the release level end it
    release_ratio: float = 0.9  # release level as a share of the threshold

    @property
    def remembered(self) -> int:
        """How many readings before the newest one decide on a breach."""
        return max(self.evaluation_periods, self.release_periods)

    def newest_weight(self, scored: int) -> float:
        """Return the weight of a reading with this many scored windows in the moving average."""
        return float(1 - (1 - self.smoothing_factor) ** (scored / self.windows_per_reading))
