"""Options of the charts (Apache ECharts). Pure.

Colors are readable on light and dark; CSS colors the texts. No animation: nothing moves on a page
that is read every few seconds.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from cli.aws import Json
from common.times import MINUTE, iso

Options = dict[str, Any]
BLUE, ORANGE, RED, GRAY, GREEN = "#2b7fd4", "#c8690a", "#d9403a", "#80878f", "#2e8b4a"


def relative_loss(readings: Sequence[Json]) -> Options:
    """Return relative loss and threshold by hour; the reference forecast is 1."""
    loss = _line("relative loss", _points(readings, "relative_loss"), BLUE, symbol="circle")
    breach = [[row["time"], row["relative_loss"]] for row in readings if row.get("breach")]
    series = [
        loss,
        _line("threshold", _points(readings, "threshold"), RED, step="end", style="dashed"),
        _line("reference forecast", [[row["time"], 1] for row in readings], ORANGE),
        {
            "name": "in breach",
            "type": "scatter",
            "data": breach,
            "symbolSize": 11,
            "symbol": "diamond",
            "itemStyle": {"color": RED},
        },
    ]
    return _options(series, "loss relative to the reference")


def losses(readings: Sequence[Json]) -> Options:
    """Return the loss of production and of the reference on the same minutes, by hour."""
    series = [
        _line("production", _points(readings, "wql"), BLUE, symbol="circle"),
        _line("reference", _points(readings, "reference_wql"), ORANGE),
        _line("last value", _points(readings, "naive_wql"), GRAY, style="dotted"),
    ]
    return _options(series, "quantile loss (wQL)")


def contenders(runs: Sequence[Json]) -> Options:
    """Return the loss of every contender relative to the reference, at each training."""
    names = sorted({name for run in runs for name in run["contenders"]} - {"reference", "naive"})
    series = [_contender(name, runs) for name in names]
    reference = [[run["time"], 1] for run in runs if run["contenders"]]
    chosen = [
        [run["time"], ratio]
        for run in runs
        if (ratio := _ratio(run, (run["verdict"] or {}).get("winner"))) is not None
    ]
    ring = {"color": "transparent", "borderColor": GREEN, "borderWidth": 3}
    marked = {"name": "chosen", "type": "scatter", "data": chosen, "symbolSize": 20}
    series += [_line("reference", reference, ORANGE), {**marked, "itemStyle": ring}]
    return _options(series, "loss relative to the reference")


def forecast(reading: Json | None) -> Options:
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
        _line("forecast, median", median, BLUE),
        _line("truth", truth, ORANGE, symbol="circle"),
    ]
    return _options(
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


def _contender(name: str, runs: Sequence[Json]) -> Options:
    points = [[run["time"], r] for run in runs if (r := _ratio(run, name)) is not None]
    symbol = "rect" if name == "champion" else "circle"
    return {"name": name, "type": "scatter", "data": points, "symbol": symbol, "symbolSize": 9}


def _ratio(run: Json, name: str | None) -> float | None:
    loss, reference = (
        run["contenders"].get(n or "", {}).get("mean_wql") for n in (name, "reference")
    )
    return loss / reference if loss is not None and reference else None


def _points(rows: Sequence[Json], key: str) -> list[Any]:
    return [[row["time"], row.get(key)] for row in rows]


def _line(
    name: str,
    data: list[Any],
    color: str,
    *,
    symbol: str = "none",
    style: str = "solid",
    step: str = "",
) -> Options:
    line = {"name": name, "type": "line", "data": data, "color": color, "symbol": symbol}
    return {
        **line,
        "symbolSize": 5,
        "step": step or False,
        "lineStyle": {"type": style, "width": 2},
    }


def _options(series: list[Options], unit: str, legend: list[str] | None = None) -> Options:
    names = legend or [one["name"] for one in series]
    return {
        "animation": False,
        "useUTC": True,
        "color": [BLUE, "#8a5fd0", GREEN, "#b8428f", "#0f8f8f", GRAY],
        "grid": {"left": 8, "right": 16, "top": 64, "bottom": 8, "containLabel": True},
        "legend": {"data": names, "top": 0, "left": 0, "itemGap": 14},
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": {"type": "time", "axisLabel": {"hideOverlap": True}},
        "yAxis": {
            "type": "value",
            "name": unit,
            "scale": True,
            "nameTextStyle": {"align": "left"},
        },
        "series": series,
    }
