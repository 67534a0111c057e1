"""What all charts (Apache ECharts) have in common. Pure.

Colors are readable on light and dark; CSS colors the texts. No animation: nothing moves on a page
that is read every few seconds.
"""

from typing import Any

Options = dict[str, Any]
BLUE, ORANGE, RED, GRAY, GREEN = "#2b7fd4", "#c8690a", "#d9403a", "#80878f", "#2e8b4a"


def line(
    name: str,
    data: list[Any],
    color: str,
    *,
    symbol: str = "none",
    style: str = "solid",
    step: str = "",
) -> Options:
    """Return a line through points [time, value]."""
    made = {"name": name, "type": "line", "data": data, "color": color, "symbol": symbol}
    return {
        **made,
        "symbolSize": 5,
        "step": step or False,
        "lineStyle": {"type": style, "width": 2},
    }


def options(series: list[Options], legend: list[str] | None = None) -> Options:
    """Return a chart over time; the legend names all series, unless some are given."""
    names = legend or [one["name"] for one in series]
    return {
        "animation": False,
        "useUTC": True,
        "color": [BLUE, "#8a5fd0", GREEN, "#b8428f", "#0f8f8f", GRAY],
        "grid": {"left": 8, "right": 16, "top": 60, "bottom": 8, "containLabel": True},
        "legend": {"data": names, "top": 0, "left": 0, "itemGap": 14},
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": {"type": "time", "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "value", "scale": True},
        "series": series,
    }
