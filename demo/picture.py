"""Draw demo/loop.png: relative loss and forecasts of the production model over time."""

from datetime import datetime
from pathlib import Path
from typing import Any

from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from demo.checks import production_periods
from demo.features import Minute

HOUR = 1 / 24  # matplotlib counts days
TRUTH, FORECAST, LOSS, REFERENCE, ALARM, MARK = (
    "#3b3b3b",
    "#1f77b4",
    "#1f77b4",
    "#d95f02",
    "#f6c9c4",
    "#2e7d32",
)
VERSIONS = ("#e8f1fa", "#f1f6e6")  # backgrounds of the versions in production, in turn
MARKERS = {"reference": "D", "champion": "s"}  # candidates are circles
MAXIMUM_RATIO = 2.0  # of a tournament's losses to the reference's; larger ones are at the border


def draw(
    report: dict[str, Any], rows: list[Minute], forecasts: list[dict[str, Any]], file: Path
) -> None:
    """Draw the report; `forecasts` are windows with their quantiles."""
    figure = Figure(figsize=(13, 11), layout="constrained")
    upper, middle, lower = figure.subplots(3, 1, sharex=True, height_ratios=[1, 0.9, 1])
    _losses(upper, report)
    _tournaments(middle, report)
    _fees(lower, rows, forecasts)
    for axes in (upper, middle, lower):
        _versions(axes, report, labeled=axes is upper)
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
    results = [row for row in rows if row["wql"] is not None]
    times = [_at(row["time"]) for row in results]
    for begin, end in alarm_periods(report):
        axes.axvspan(_at(begin), _at(end), color=ALARM, lw=0, label="alarm")
    reference = [row["reference_wql"] for row in results]
    axes.plot(times, reference, "o-", color=REFERENCE, ms=3, lw=1.2, label="reference forecast")
    losses = [row["wql"] for row in results]
    axes.plot(times, losses, "o-", color=LOSS, ms=4, lw=1.8, label="production")
    axes.set_ylabel("quantile loss (wQL)")
    title = "Loss of production beside the reference on the same minutes: lower is better"
    axes.set_title(title, loc="left", fontweight="bold", pad=22)
    _legend(axes, "upper left")


def _tournaments(axes: Axes, report: dict[str, Any]) -> None:
    """Draw the loss of every contender relative to the reference, at each training."""
    axes.axhline(1, color=REFERENCE, lw=1, ls=":")
    colors: dict[str, str] = {}
    for row in report["retrains"]:
        contenders = dict(row.get("contenders") or {})
        reference = contenders.get("reference")
        if not reference:
            continue
        contenders.pop("naive", None)
        for name, wql in sorted(contenders.items()):
            color = colors.setdefault(name, f"C{len(colors)}")
            ratio = min(wql / reference, MAXIMUM_RATIO)
            marker = MARKERS.get(name, "o")
            axes.plot(_at(row["time"]), ratio, marker, color=color, ms=6, label=name)
            if name == row["winner"]:
                axes.plot(_at(row["time"]), ratio, "o", mfc="none", mec=MARK, mew=2, ms=15)
        text = row["winner"] or "champion stays"
        at = (_at(row["time"]), 0.04)
        axes.annotate(
            text,
            at,
            xycoords=("data", "axes fraction"),
            xytext=(4, 0),
            textcoords="offset points",
            rotation=90,
            fontsize=8,
        )
    axes.set_ylim(0, MAXIMUM_RATIO + 0.1)
    axes.set_ylabel("loss relative to the reference")
    title = "Contenders of every training on the same windows; the circle is what was chosen"
    axes.set_title(title, loc="left", fontweight="bold")
    if colors:
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


def _versions(axes: Axes, report: dict[str, Any], *, labeled: bool) -> None:
    """Shade the time in which each version was in production, and name it above the panel."""
    last = max((row["time"] for row in report["monitoring"]), default="")
    for number, (begin, end, model) in enumerate(production_periods(report)):
        axes.axvspan(
            _at(begin), _at(min(end, max(last, begin))), color=VERSIONS[number % 2], lw=0, zorder=0
        )
        axes.axvline(_at(begin), color=MARK, lw=1.3, ls="--")
        if labeled:
            axes.annotate(
                f"v{model['version']} {model['candidate'] or ''}",
                (_at(begin), 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(3, 4 + 11 * (number % 2)),
                textcoords="offset points",
                color=MARK,
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


def _at(text: str) -> float:
    """Convert an ISO time to matplotlib's days."""
    return float(dates.date2num(datetime.fromisoformat(text)))
