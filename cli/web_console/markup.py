"""HTML of what the page shows: tables and states. Everything that is put in is escaped. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

Kind = Literal["bad", "busy", "good", "off", "waiting"]
# Not by color only: a state has a sign and a text.
SIGNS: dict[Kind, str] = {"bad": "!", "busy": "↻", "good": "✓", "off": "–", "waiting": "?"}
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Mark:
    """A state."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """Several lines in a cell."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads elsewhere."""

    text: str
    address: str


Cell = str | int | float | Mark | Items | Link | None


def mark(state: Mark) -> str:
    """Return a state as HTML."""
    sign = f'<span class="sign" aria-hidden="true">{SIGNS[state.kind]}</span>'
    return f'<span class="mark mark-{state.kind}">{sign}{escape(state.text)}</span>'


def cell(value: Cell) -> str:
    """Return the content of a cell as HTML; None is a dash."""
    if isinstance(value, Mark):
        return mark(value)
    if isinstance(value, Items):
        lines = "".join(f"<li>{escape(text)}</li>" for text in value.texts)
        return f"<ul>{lines}</ul>" if lines else NOTHING
    if isinstance(value, Link):
        return _link(value)
    return escape(NOTHING if value is None else str(value))


def table(caption: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a table, a paragraph without rows. Narrow pages show each row as a card.

    Roles are named, because a table that CSS displays as cards has none of its own.
    """
    lines = [_row(headers, row) for row in rows]
    if not lines:
        return f'<p class="none">{escape(caption)}: none yet.</p>'
    head = "".join(f'<th role="columnheader" scope="col">{escape(name)}</th>' for name in headers)
    return (
        f'<table role="table"><caption>{escape(caption)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{"".join(lines)}</tbody></table>'
    )


def paragraph(text: str, name: str = "") -> str:
    """Return a paragraph, with a class if it has a name."""
    return f'<p class="{name}">{escape(text)}</p>' if name else f"<p>{escape(text)}</p>"


def _row(headers: Sequence[str], row: Sequence[Cell]) -> str:
    cells = "".join(
        f'<td role="cell" data-label="{escape(name)}">{cell(value)}</td>'
        for name, value in zip(headers, row, strict=True)
    )
    return f'<tr role="row">{cells}</tr>'


def _link(link: Link) -> str:
    if not link.address.startswith("https://"):
        return escape(link.text)
    address = escape(link.address, quote=True)
    return f'<a href="{address}" target="_blank" rel="noreferrer">{escape(link.text)}</a>'
