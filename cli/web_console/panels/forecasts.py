"""Forecasts of an hour against what happened: of the newest hour, or of one that is chosen."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from nicegui import ui

from cli.aws import Json
from cli.errors import EXPECTED, explain
from cli.queries.monitoring import monitoring_results
from cli.terminal import number, short
from cli.web_console.charts import forecast
from cli.web_console.live import Documents, Live, element, say
from cli.web_console.markup import table
from cli.web_console.panels.chart import Chart, folded
from cli.web_console.panels.section import section
from common.times import iso

HOUR = timedelta(hours=1)
OF_MINUTES = "Forecast of the average fee of each minute in satoshi, and what it was"
OF_ROWS = "Prediction for each row whose ground truth arrived in the hour, and what it was"


def build(live: Live) -> None:
    """Build the section."""
    with section("forecasts", "Forecasts against what happened"):
        _build(live)


def _build(live: Live) -> None:
    """Show the newest hour, or the one that is entered."""
    chosen: dict[str, str] = {}

    def newest() -> str:
        readings = live.feed.documents.get("readings") or []
        return str(readings[-1]["time"]) if readings else ""

    async def choose(hour: str) -> None:
        chosen["hour"] = hour
        field.value = hour[:16]
        try:
            reading = await asyncio.to_thread(_reading, live, hour)
        except EXPECTED as error:
            say(problem, str(explain(error)))
            return
        say(problem, "" if reading else f"There is no reading of {short(hour)}.")
        show(reading)

    async def move(step: timedelta) -> None:
        if start := chosen.get("hour") or newest():
            await choose(iso(datetime.fromisoformat(start) + step))

    async def follow() -> None:
        chosen.clear()
        live.feed.refresh()
        show_newest(live.feed.documents)

    with ui.element("div").classes("buttons"):
        field = ui.input("Hour (UTC)").props("type=datetime-local step=3600 stack-label")
        field.on("change", lambda: choose(f"{field.value[:13]}:00:00Z"))
        _button("◀ Earlier", "one hour earlier", lambda: move(-HOUR))
        _button("Later ▶", "one hour later", lambda: move(HOUR))
        _button("Newest", "the newest hour", follow)
    problem = element("p", "").classes("problem")
    summary = element("p", "")
    bands = Chart(OF_MINUTES)
    values = folded("This hour as a table")

    def show(reading: Json | None) -> None:
        bands.update(forecast.chart(reading))
        say(summary, _summary(reading))
        values.set_content(_table(reading))

    def show_newest(documents: Documents) -> None:
        readings = documents.get("readings")
        if readings and "hour" not in chosen:
            field.value = readings[-1]["time"][:16]
            show(readings[-1])

    live.follow(("readings",), show_newest)
    live.follow(("status",), lambda d: bands.rename(_title(d["status"])))


def _button(text: str, label: str, click: Callable[[], Any]) -> None:
    ui.button(text, on_click=click).props("outline").props["aria-label"] = f"{text}: {label}"


def _title(status: Json) -> str:
    return OF_MINUTES if status["minutes"] else OF_ROWS  # a tabular model has no stream


def _reading(live: Live, hour: str) -> Json | None:
    """Return the reading of an hour."""
    before = iso(datetime.fromisoformat(hour) - HOUR)
    connection = live.feed.access.connection()
    found = monitoring_results(connection, since=before, until=hour)
    return found[-1] if found else None


def _summary(reading: Json | None) -> str:
    if reading is None:
        return ""
    loss = f"loss {number(reading['wql'])}, reference {number(reading['reference_wql'])}"
    if forecast.is_tabular(reading):
        count = sum(map(len, forecast.windows(reading)))
        return f"{short(reading['time'])}: {loss}; {count} rows have ground truth."
    hits, count = forecast.inside(reading)
    if not count:
        return f"{short(reading['time'])}: no window could be measured."
    return f"{short(reading['time'])}: {loss}; {hits} of {count} minutes were inside the band."


def _table(reading: Json | None) -> str:
    points = [point for window in forecast.windows(reading) for point in window]
    if forecast.is_tabular(reading):
        cells = [(p.place, number(p.truth), number(p.median)) for p in points]
        return table("Rows with ground truth", ("row", "truth", "prediction"), cells)
    rows = [
        (short(str(p.place)), _whole(p.truth), _whole(p.low), _whole(p.median), _whole(p.high))
        for p in points
    ]
    return table("Minutes of the hour", ("minute", "truth", "10 %", "median", "90 %"), rows)


def _whole(value: float | None) -> str | None:
    return None if value is None else f"{value:,.0f}"
