"""Production's readings in the bake period, and the comparison that follows from them. Pure."""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from common import deepar, times
from common.bake import BakeWindow, Comparison
from common.events import Event, Time, TimeText
from common.threshold_parameter import ThresholdParameter
from common.windows import Fees

FeesOf = Callable[[datetime, int], Fees]  # average fee of `count` minutes from the first


@dataclass(frozen=True, slots=True)
class Promotion:
    """The deployment of a version to production in place of an older one."""

    package_arn: str
    replaced_arn: str
    deployed_at: str  # ISO time

    @classmethod
    def of(cls, parameter: ThresholdParameter) -> "Promotion | None":
        """Return the newest promotion, None if the present version replaced no older one."""
        if parameter.set_by and parameter.replaced and parameter.deployed_at:
            return cls(parameter.set_by, parameter.replaced, parameter.deployed_at)
        return None


class Window(Event):
    """A window of a monitoring result; one without a score has no losses."""

    first_minute: Time
    truth: tuple[float | None, ...]
    score: float | None
    wql: float | None = None
    rows: tuple[Any, ...] | None = None  # of a tabular model: what was sent to it


class Reading(Event):
    """The fields that are read of a monitoring result."""

    package_arn: str | None
    time: TimeText
    windows: tuple[Window, ...]


def in_bake(readings: Iterable[Reading], promotion: Promotion) -> list[Reading]:
    """Return the readings of the present version that have a scored window, oldest first."""
    found = [
        reading
        for reading in readings
        if reading.package_arn == promotion.package_arn
        and reading.time > promotion.deployed_at
        and any(window.score is not None for window in reading.windows)
    ]
    return sorted(found, key=lambda reading: reading.time)


def is_due(found: Sequence[Reading], time: str, counts: Collection[int]) -> bool:
    """Return whether the reading of this time completes one of the numbers of readings."""
    return bool(found) and found[-1].time == time and len(found) in counts


def scored(found: Iterable[Reading]) -> list[Window]:
    """Return the scored windows of readings, oldest first."""
    windows = [window for reading in found for window in reading.windows]
    return sorted((w for w in windows if w.score is not None), key=lambda w: w.first_minute)


def comparison(promotion: Promotion, windows: Iterable[Window]) -> Comparison:
    """Return what the job's forecasts will be compared with."""
    return Comparison(
        package_arn=promotion.package_arn,
        replaced_arn=promotion.replaced_arn,
        windows=tuple(BakeWindow(truth=w.truth, wql=w.wql) for w in windows if w.wql is not None),
    )


def requests(windows: Sequence[Window], history: int, fees: FeesOf) -> bytes:
    """Return a request per window (JSON Lines): its rows, or the `history` minutes before it."""
    if all(window.rows is not None for window in windows):
        return "".join(f"{json.dumps({'rows': window.rows})}\n" for window in windows).encode()
    first = windows[0].first_minute - timedelta(minutes=history)
    values = fees(first, (windows[-1].first_minute - first) // times.MINUTE)
    lines = []
    for window in windows:
        start = window.first_minute - timedelta(minutes=history)
        offset = (start - first) // times.MINUTE
        lines.append(json.dumps(deepar.instance(start, values[offset : offset + history])))
    return "".join(f"{line}\n" for line in lines).encode()
