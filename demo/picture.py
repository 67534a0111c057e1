"""Draw demo/loop.png: relative loss and forecasts of the production model over time."""

from datetime import datetime
from pathlib import Path
from typing import Any

from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from demo.features import Minute

HOUR = 1 / 24  # matplotlib counts days
TRUTH, FORECAST, LOSS, LIMIT, ALARM, MARK = (
    "#3b3b3b",
    "#1f77b4",
    "#1f77b4",
    "#d62728",
    "#f6c9c4",
    "#2e7d32",
)


def draw(
    report: dict[str, Any], rows: list[Minute], forecasts: list[dict[str, Any]], file: Path
) -> None:
    """Draw the report; `forecasts` are windows with their quantiles."""
    figure = Figure(figsize=(13, 8), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[1, 1.1])
    _losses(upper, report)
    _fees(lower, rows, forecasts)
    for axes in (upper, lower):
        _marks(axes, report, labeled=axes is upper)
        axes.grid(axis="y", alpha=0.25)
        axes.set_ylim(bottom=0)
        axes.spines[["top", "right"]].set_visible(False)
    locator = dates.AutoDateLocator(minticks=5, maxticks=16)
    lower.xaxis.set_major_locator(locator)
    lower.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    lower.set_xlabel("virtual time, UTC")
    if rows:
        lower.set_xlim(_at(rows[0].minute), _at(rows[-1].minute) + HOUR)
    figure.savefig(file, dpi=110)


def _losses(axes: Axes, report: dict[str, Any]) -> None:
    rows = [row for row in report["monitoring"] if row["stage"] == "production"]
    results = [row for row in rows if row["relative_loss"] is not None]
    times = [_at(row["time"]) for row in results]
    for begin, end in alarm_periods(report):
        axes.axvspan(_at(begin), _at(end), color=ALARM, lw=0, label="alarm")
    axes.axhline(1, color="#999999", lw=1, ls=":", label="reference forecast")
    limits = [(_at(row["time"]), row["threshold"]) for row in results if row["threshold"]]
    axes.step(*_columns(limits), where="post", color=LIMIT, lw=1.6, label="threshold")
    losses = [row["relative_loss"] for row in results]
    axes.plot(times, losses, "o-", color=LOSS, ms=4, lw=1.6, label="production model")
    axes.set_ylabel("loss relative to the reference")
    title = "Relative loss of the production model, every hour: lower is better"
    axes.set_title(title, loc="left", fontweight="bold", pad=22)
    _legend(axes, "upper left")


def _fees(axes: Axes, rows: list[Minute], forecasts: list[dict[str, Any]]) -> None:
    times = [_at(row.minute) for row in rows]
    fees = [row.average_fee for row in rows]
    axes.plot(times, fees, color=TRUTH, lw=0.7, alpha=0.75, label="truth")
    for number, forecast in enumerate(forecasts):
        quantiles = forecast["quantiles"]
        first = _at(forecast["first_minute"])
        ahead = [first + k * HOUR / 60 for k in range(len(quantiles["0.5"]))]
        band = "forecast, 10 % to 90 %" if number == 0 else None
        line = "forecast, median" if number == 0 else None
        low, high = quantiles["0.1"], quantiles["0.9"]
        axes.fill_between(ahead, low, high, color=FORECAST, alpha=0.35, lw=0, label=band)
        axes.plot(ahead, quantiles["0.5"], color=FORECAST, lw=1.8, label=line)
    axes.set_ylabel("average fee, satoshi")
    title = "Average fee per minute, and hourly forecasts of 30 minutes"
    axes.set_title(title, loc="left", fontweight="bold")
    if fees:  # outliers do not set the scale
        axes.set_ylim(top=1.15 * sorted(fees)[int(0.998 * (len(fees) - 1))])
    _legend(axes, "upper left")


def _marks(axes: Axes, report: dict[str, Any], *, labeled: bool) -> None:
    """Draw vertical lines at every started training and every deployment to production."""
    marks = [
        (row["time"], "training", "#8a5a00")
        for row in report["retrains"]
        if row["outcome"] != "skipped"
    ]
    marks += [
        (model["production_at"], f"model {model['version']} in production", MARK)
        for model in report["models"]
        if model["production_at"]
    ]
    for time, text, color in marks:
        axes.axvline(_at(time), color=color, lw=1.3, ls="--")
        if not labeled:
            continue
        left = text == "training"  # its model follows within minutes and is labeled to the right
        axes.annotate(
            text,
            (_at(time), 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(-3 if left else 3, 4),
            textcoords="offset points",
            ha="right" if left else "left",
            color=color,
        )


def alarm_periods(report: dict[str, Any]) -> list[tuple[str, str]]:
    """Return start and end of each period in which the loss alarm was in ALARM."""
    last = max((row["time"] for row in report["monitoring"]), default="")
    periods: list[tuple[str, str]] = []
    start: str | None = None
    for change in sorted(report["alarms"], key=lambda row: str(row["time"])):
        if not change["name"].endswith("-production-loss"):
            continue
        if change["state"] == "ALARM":
            start = start or change["time"]
        elif start:
            periods.append((start, change["time"]))
            start = None
    return [*periods, (start, max(last, start))] if start else periods


def _legend(axes: Axes, place: str) -> None:
    handles, labels = axes.get_legend_handles_labels()
    once = dict(zip(labels, handles, strict=True))
    axes.legend(list(once.values()), list(once), loc=place, framealpha=0.9, ncols=2)


def _columns(pairs: list[tuple[Any, Any]]) -> tuple[list[Any], list[Any]]:
    return [x for x, _ in pairs], [y for _, y in pairs]


def _at(text: str) -> float:
    """Convert an ISO time to matplotlib's days."""
    return float(dates.date2num(datetime.fromisoformat(text)))
