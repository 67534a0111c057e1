"""The page: its frame, and the order of its sections."""

from collections.abc import Callable
from pathlib import Path

from nicegui import ui

from cli.terminal import short
from cli.web_console.live import Documents, Live, element, fragment
from cli.web_console.panels import forecasts, losses, operate, records
from cli.web_console.panels.section import section
from cli.web_console.views import picture, stages

STYLE = Path(__file__).with_name("style.css")
UPDATE_SECONDS = 1.0
SECTIONS = {
    "loop": "Loop",
    "needs": "What needs you",
    "losses": "Loss",
    "forecasts": "Forecasts",
    "trainings": "Trainings",
    "versions": "Versions",
    "drift": "Drift",
    "alarms": "Alarms",
    "letters": "Dead letters",
    "cost": "Cost",
    "log": "Decisions",
}
THEMES = {"auto": "as the system", "light": "light", "dark": "dark"}


def build(live: Live, where: str) -> None:
    """Build the page of a browser; `where` names target, account, region and deployment."""
    ui.add_css(STYLE.read_text(encoding="utf-8"))
    ui.button.default_props("no-caps unelevated")
    ui.colors(primary="#1f5f99", positive="#1d6b38", negative="#b3261e", dark="#1b2127")
    with ui.header(fixed=False, wrap=True):
        element("h1", "Evergreen")
        element("p", where)
        live.follow(("status",), _clock())
        _theme()
        _navigation()
    with ui.element("div").classes("sections") as sections:  # in the `main` of NiceGUI
        with section("loop", "The loop now"):
            live.follow_html(("status",), _picture, "picture")
        operate.build(live)
        losses.build(live)
        forecasts.build(live)
        records.build(live)
    ui.skip_link("Skip to the state of the loop", target=sections)
    live.update()
    ui.timer(UPDATE_SECONDS, live.update)


def _navigation() -> None:
    with ui.element("nav") as navigation, ui.element("ul"):
        navigation.props["aria-label"] = "Sections"
        for anchor, title in SECTIONS.items():
            with ui.element("li"):
                element("a", title, href=f"#{anchor}")


def _picture(documents: Documents) -> str:
    return picture.html(stages.stages(documents["status"]))


def _clock() -> Callable[[Documents], object]:
    text = fragment("clock")
    return lambda documents: text.set_content(f"{short(documents['status']['now'])} UTC")


def _theme() -> None:
    dark = ui.dark_mode(value=None)
    values = {"auto": None, "light": False, "dark": True}
    select = ui.select(THEMES, value="auto", label="Colors").props("dense outlined")
    select.on_value_change(lambda event: dark.set_value(values[event.value]))
