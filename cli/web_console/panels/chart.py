"""A chart with its title, and its values as a table on demand."""

from nicegui import ui

from cli.web_console.charts.options import Options
from cli.web_console.live import element, fragment, say


class Chart:
    """A chart with a title; nothing is drawn before there is a value."""

    def __init__(self, title: str) -> None:
        with ui.element("figure"):
            self._title = element("figcaption", "")
            self._none = element("p", "Nothing to show yet.").classes("none")
            self._drawn = ui.echart({}, renderer="svg").classes("chart")
        self._drawn.props["role"] = "img"
        self._drawn.set_visibility(False)
        self.rename(title)

    def rename(self, title: str) -> None:
        """Replace the title."""
        say(self._title, title)
        self._drawn.props["aria-label"] = f"Chart: {title}. The table below has its values."

    def update(self, options: Options) -> None:
        """Replace what is shown."""
        has_values = any(series["data"] for series in options["series"])
        self._none.set_visibility(not has_values)
        self._drawn.set_visibility(has_values)
        self._drawn.options.clear()
        self._drawn.options.update(options)
        self._drawn.update()


def folded(title: str) -> ui.html:
    """Add HTML that is shown on demand; it stays open when its content changes."""
    with ui.element("details"):
        element("summary", title)
        return fragment("table")
