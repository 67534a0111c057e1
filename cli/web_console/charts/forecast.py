"""The chart of an hour: forecast bands and what happened. Pure."""

import itertools
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from cli.aws import Json
from cli.web_console.charts.options import BLUE, ORANGE, Options, line, options
from common.times import MINUTE, iso

BAND, MEDIAN, TRUTH = "forecast, 10 % to 90 %", "forecast, median", "truth"
PREDICTION = "prediction"


class Point(NamedTuple):
    """Lowest quantile, median, highest quantile, and truth if it is known.

    Of a minute (ISO), or of a row with ground truth, which has a number.
    """

    place: str | int
    low: float
    median: float
    high: float
    truth: float | None


def windows(reading: Json | None) -> list[list[Point]]:
    """Return the forecast windows of a monitoring result, oldest first."""
    found = [w for w in (reading or {}).get("windows", ()) if "quantiles" in w]
    found.sort(key=lambda window: str(window["first_minute"]))
    if is_tabular({"windows": found}):
        return [_points(_joined(found), itertools.count(1))]
    return [_points(window, _minutes(window)) for window in found]


def _joined(found: Iterable[Json]) -> Json:
    """Return the rows of all windows as one window: they have no order in time."""
    joined: Json = {"truth": [], "quantiles": {}}
    for window in found:
        joined["truth"] += window["truth"]
        for level, values in window["quantiles"].items():
            joined["quantiles"].setdefault(level, []).extend(values)
    return joined


def _minutes(window: Json) -> Iterator[str]:
    first = datetime.fromisoformat(window["first_minute"])
    return (iso(first + n * MINUTE) for n in range(len(window["truth"])))


def _points(window: Json, places: Iterable[str | int]) -> list[Point]:
    levels = window["quantiles"]
    names = sorted(levels, key=float)
    low, median, high = (levels[names[n]] for n in (0, len(names) // 2, -1))
    values = zip(low, median, high, window["truth"], strict=True)
    return [Point(place, *row) for place, row in zip(places, values, strict=False)]


def is_tabular(reading: Json | None) -> bool:
    """Return whether the reading is of rows of a tabular model, not of minutes."""
    return any("rows" in window for window in (reading or {}).get("windows", ()))


def chart(reading: Json | None) -> Options:
    """Return the forecast bands of an hour and what happened, by minute or by row."""
    if is_tabular(reading):
        return _rows(reading)
    rows: list[Point | None] = []
    for window in windows(reading):
        rows += [*window, None]  # no line from one window to the next

    def points(value: Any) -> list[Any]:
        return [[row.place, value(row)] if row else [None, None] for row in rows]

    # A band is a stack: an invisible line at its lower end, and an area as high as it is wide.
    invisible = {"type": "line", "stack": "band", "symbol": "none", "lineStyle": {"opacity": 0}}
    hidden = {**invisible, "tooltip": {"show": False}}
    low, width = points(lambda row: row.low), points(lambda row: row.high - row.low)
    area = {"color": BLUE, "areaStyle": {"color": BLUE, "opacity": 0.35}}
    series = [
        {**hidden, "name": "lowest quantile", "data": low},
        {**hidden, **area, "name": BAND, "data": width},
        line(MEDIAN, points(lambda row: row.median), BLUE),
        line(TRUTH, points(lambda row: row.truth), ORANGE, symbol="circle"),
    ]
    return options(series, [BAND, MEDIAN, TRUTH])


def _rows(reading: Json | None) -> Options:
    """Return predictions and what happened, in the order of the rows."""
    points = [row for window in windows(reading) for row in window]
    marks = {"type": "scatter", "symbolSize": 7}
    series: list[Options] = [
        {**marks, "name": PREDICTION, "data": [[p.place, p.median] for p in points]},
        {**marks, "name": TRUTH, "data": [[p.place, p.truth] for p in points]},
    ]
    for one, color in zip(series, (BLUE, ORANGE), strict=True):
        one["color"] = color
    return {**options(series), "xAxis": {"type": "value", "minInterval": 1}}


def inside(reading: Json) -> tuple[int, int]:
    """Return in how many minutes of an hour the truth was inside the band, and of how many."""
    known = [m for window in windows(reading) for m in window if m.truth is not None]
    return sum(m.low <= (m.truth or 0) <= m.high for m in known), len(known)
