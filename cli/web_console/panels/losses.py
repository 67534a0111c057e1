"""Loss of production against threshold and reference."""

from nicegui import ui

from cli.aws import Json
from cli.terminal import number, short
from cli.web_console.charts import history
from cli.web_console.live import Documents, Live
from cli.web_console.markup import table
from cli.web_console.panels.chart import Chart, folded
from cli.web_console.panels.section import section

READING = ("time", "relative loss", "threshold", "state", "loss", "reference", "last value")


def build(live: Live) -> None:
    """Build the section."""
    with section("losses", "Loss of production"):
        with ui.element("div").classes("charts"):
            relative = Chart("Relative loss against the threshold; the reference forecast is 1")
            absolute = Chart("Loss (wQL) of production and of the reference on the same data")
        readings = folded("All readings as a table")

        def show(documents: Documents) -> None:
            found = documents["readings"]
            relative.update(history.relative_loss(found))
            absolute.update(history.losses(found))
            readings.set_content(_table(found))

        live.follow(("readings",), show)


def _table(readings: list[Json]) -> str:
    rows = [
        (
            short(row["time"]),
            number(row["relative_loss"]),
            number(row["threshold"]),
            "in breach" if row["breach"] else "within the threshold",
            *(number(row[key]) for key in ("wql", "reference_wql", "naive_wql")),
        )
        for row in reversed(readings)
    ]
    return table("Readings of production", READING, rows)
