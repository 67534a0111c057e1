"""Groups of rows for the bias report: hours, weekdays, ranges of a feature. Pure.

Configured by one text, such as `hour_of_day;weekday;step:10,20`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from common.errors import bad_value
from sagemaker_pipelines.paths import JobError

if TYPE_CHECKING:
    import pandas as pd

HOUR, WEEKDAY = "hour_of_day", "weekday"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MISSING = "missing"
FORM = f"{HOUR}, {WEEKDAY} or FEATURE:LIMIT,LIMIT… with ascending limits, separated by semicolons"


@dataclass(frozen=True, slots=True)
class Labels:
    """The group of each row, and the order of the groups."""

    rows: NDArray[np.str_]
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grouping:
    """What rows are grouped by; `limits` are the bounds of a feature's ranges."""

    name: str
    limits: tuple[float, ...] = ()

    def labels(self, times: "pd.DatetimeIndex | None", features: Mapping[str, object]) -> Labels:
        """Return the labels of rows with these times (UTC) and features.

        A range includes its lower limit. Raises JobError for a feature that the rows do not have.
        """
        if self.limits:
            return self._ranges(features)
        if times is None:
            raise JobError(bad_value("groups", self.name, "rows with times"))
        if self.name == HOUR:
            return Labels(times.hour.astype(str).to_numpy(str), tuple(map(str, range(24))))
        return Labels(times.day_name().to_numpy(str), DAYS)

    def _ranges(self, features: Mapping[str, object]) -> Labels:
        if self.name not in features:
            raise JobError(bad_value("groups", self.name, " or ".join(features)))
        values = np.asarray(features[self.name], float)
        texts = [f"{limit:g}" for limit in self.limits]
        inner = [f"{low} to {high}" for low, high in pairwise(texts)]
        order = (f"below {texts[0]}", *inner, f"{texts[-1]} and above", MISSING)
        position = np.searchsorted(self.limits, values, side="right")  # NaN: above all
        return Labels(np.array(order)[np.where(np.isnan(values), len(order) - 1, position)], order)


def parse(text: str) -> tuple[Grouping, ...]:
    """Parse the configuration; an empty text has no groups. Raises JobError."""
    found = tuple(_grouping(part.strip()) for part in text.split(";") if part.strip())
    if len({grouping.name for grouping in found}) < len(found):
        raise JobError(bad_value("groups", text, "each name once"))
    return found


def _grouping(text: str) -> Grouping:
    name, colon, limits = text.partition(":")
    if not colon and name in {HOUR, WEEKDAY}:
        return Grouping(name)
    try:
        values = tuple(float(limit) for limit in limits.split(","))
    except ValueError:
        values = ()
    if not name or not values or not _ascending(values):
        raise JobError(bad_value("groups", text, FORM))
    return Grouping(name, values)


def _ascending(values: Sequence[float]) -> bool:
    return bool(np.isfinite(values).all() and (np.diff(values) > 0).all())
