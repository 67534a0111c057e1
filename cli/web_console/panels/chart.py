"""A chart with its title, and its values as a table on demand."""

from nicegui import ui

from cli.web_console.charts.options import Options
from cli.web_console.live import element, fragment


def chart(title: str) -> ui.echart:
    """Add a chart with a title."""
    with ui.element("figure"):
        element("figcaption", title)
        made = ui.echart({}, renderer="svg").classes("chart")
        made.props["role"] = "img"
        made.props["aria-label"] = f"Chart: {title}. The table below has its values."
    return made


def update(target: ui.echart, options: Options) -> None:
    """Replace what a chart shows; nothing is drawn before there is a value."""
    target.set_visibility(any(series["data"] for series in options["series"]))
    target.options.clear()
    target.options.update(options)
    target.update()


def folded(title: str) -> ui.html:
    """Add HTML that is shown on demand; it stays open when its content changes."""
    with ui.element("details"):
        element("summary", title)
        return fragment("table")
