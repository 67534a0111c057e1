"""The chart of an hour: forecast bands and what happened. Pure."""

from datetime import datetime, timedelta
from typing import Any

from cli.aws import Json
from cli.web_console.charts.options import BLUE, ORANGE, Options, line, options
from common.times import MINUTE, iso


def chart(reading: Json | None) -> Options:
    """Return the forecast bands of an hour and what happened, minute by minute."""
    windows = sorted(
        (w for w in (reading or {}).get("windows", ()) if "quantiles" in w),
        key=lambda window: str(window["first_minute"]),
    )
    truth: list[Any] = []
    low: list[Any] = []
    width: list[Any] = []
    median: list[Any] = []
    for window in windows:
        first, levels = datetime.fromisoformat(window["first_minute"]), window["quantiles"]
        names = sorted(levels, key=float)
        minutes = [iso(first + n * MINUTE) for n in range(len(window["truth"]))]
        lowest, highest, middle = (
            levels[names[0]],
            levels[names[-1]],
            levels[names[len(names) // 2]],
        )
        truth += zip(minutes, window["truth"], strict=True)
        low += zip(minutes, lowest, strict=True)
        width += [[t, h - lo] for t, h, lo in zip(minutes, highest, lowest, strict=True)]
        median += zip(minutes, middle, strict=True)
        gap = iso(first + timedelta(seconds=60 * len(minutes) - 1))
        for points in (truth, low, width, median):
            points.append([gap, None])  # no line from one window to the next
    band = {"type": "line", "stack": "band", "symbol": "none", "lineStyle": {"opacity": 0}}
    series = [
        {**band, "name": "lowest quantile", "data": low, "tooltip": {"show": False}},
        {
            **band,
            "name": "forecast, 10 % to 90 %",
            "data": width,
            "color": BLUE,
            "areaStyle": {"color": BLUE, "opacity": 0.35},
            "tooltip": {"show": False},
        },
        line("forecast, median", median, BLUE),
        line("truth", truth, ORANGE, symbol="circle"),
    ]
    return options(
        series, "average fee, satoshi", ["forecast, 10 % to 90 %", "forecast, median", "truth"]
    )


def inside(reading: Json) -> tuple[int, int]:
    """Return in how many minutes of an hour the truth was inside the band, and of how many."""
    found = [
        low <= value <= high
        for window in reading["windows"]
        if "quantiles" in window
        for value, low, high in zip(window["truth"], *_outer(window["quantiles"]), strict=True)
        if value is not None
    ]
    return sum(found), len(found)


def _outer(levels: Json) -> tuple[Any, Any]:
    names = sorted(levels, key=float)
    return levels[names[0]], levels[names[-1]]
