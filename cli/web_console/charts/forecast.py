"""The chart of an hour: forecast bands and what happened. Pure."""

from datetime import datetime
from typing import Any, NamedTuple

from cli.aws import Json
from cli.web_console.charts.options import BLUE, ORANGE, Options, line, options
from common.times import MINUTE, iso

BAND, MEDIAN, TRUTH = "forecast, 10 % to 90 %", "forecast, median", "truth"


class Minute(NamedTuple):
    """A forecast minute: lowest quantile, median, highest quantile, and truth if it is known."""

    time: str
    low: float
    median: float
    high: float
    truth: float | None


def windows(reading: Json | None) -> list[list[Minute]]:
    """Return the forecast windows of a monitoring result, oldest first."""
    found = [w for w in (reading or {}).get("windows", ()) if "quantiles" in w]
    return sorted(map(_minutes, found))


def _minutes(window: Json) -> list[Minute]:
    levels, first = window["quantiles"], datetime.fromisoformat(window["first_minute"])
    names = sorted(levels, key=float)
    low, median, high = (levels[names[n]] for n in (0, len(names) // 2, -1))
    values = zip(low, median, high, window["truth"], strict=True)
    return [Minute(iso(first + n * MINUTE), *row) for n, row in enumerate(values)]


def chart(reading: Json | None) -> Options:
    """Return the forecast bands of an hour and what happened, minute by minute."""
    rows: list[Minute | None] = []
    for window in windows(reading):
        rows += [*window, None]  # no line from one window to the next

    def points(value: Any) -> list[Any]:
        return [[row.time, value(row)] if row else [None, None] for row in rows]

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


def inside(reading: Json) -> tuple[int, int]:
    """Return in how many minutes of an hour the truth was inside the band, and of how many."""
    known = [m for window in windows(reading) for m in window if m.truth is not None]
    return sum(m.low <= (m.truth or 0) <= m.high for m in known), len(known)
