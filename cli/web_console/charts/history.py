"""Charts over time: losses of production, and contenders of the trainings. Pure."""

from collections.abc import Sequence
from typing import Any

from cli.aws import Json
from cli.web_console.charts.options import BLUE, GRAY, GREEN, ORANGE, RED, Options, line, options


def relative_loss(readings: Sequence[Json]) -> Options:
    """Return relative loss and threshold by hour; the reference forecast is 1."""
    loss = line("relative loss", _points(readings, "relative_loss"), BLUE, symbol="circle")
    breach = [[row["time"], row["relative_loss"]] for row in readings if row.get("breach")]
    series = [
        loss,
        line("threshold", _points(readings, "threshold"), RED, step="end", style="dashed"),
        line("reference forecast", [[row["time"], 1] for row in readings], ORANGE),
        {
            "name": "in breach",
            "type": "scatter",
            "data": breach,
            "symbolSize": 11,
            "symbol": "diamond",
            "itemStyle": {"color": RED},
        },
    ]
    return options(series)


def losses(readings: Sequence[Json]) -> Options:
    """Return the loss of production and of the reference on the same minutes, by hour."""
    series = [
        line("production", _points(readings, "wql"), BLUE, symbol="circle"),
        line("reference", _points(readings, "reference_wql"), ORANGE),
        line("last value", _points(readings, "naive_wql"), GRAY, style="dotted"),
    ]
    return options(series)


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
    outlined = {"color": "transparent", "borderColor": GREEN, "borderWidth": 3}
    marked = {"name": "chosen", "type": "scatter", "data": chosen, "symbolSize": 20}
    series += [line("reference", reference, ORANGE), {**marked, "itemStyle": outlined}]
    return options(series)


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
