"""A section of the page, with a heading that names it."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from cli.web_console.live import element


@contextmanager
def section(anchor: str, title: str, *, wide: bool = True) -> Iterator[None]:
    """Build a section; `wide` takes the whole width of the page."""
    name = f"{anchor}-title"
    with ui.element("section").classes("panel" + (" wide" if wide else "")) as made:
        made.props["id"] = anchor
        made.props["aria-labelledby"] = name
        element("h2", title, id=name)
        yield
