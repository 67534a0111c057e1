"""Plain text tables."""

from collections.abc import Sequence

NOTHING = "–"
Row = Sequence[object]


def table(title: str, rows: Sequence[Row], headers: Row = ()) -> str:
    """Align rows in columns under a title; None shows as a dash."""
    cells = [[_text(cell) for cell in row] for row in ([headers, *rows] if headers else rows)]
    width = max((len(row) for row in cells), default=0)
    widths = [max((len(row[n]) for row in cells if n < len(row)), default=0) for n in range(width)]
    lines = [
        "  ".join(cell.ljust(widths[n]) for n, cell in enumerate(row)).rstrip() for row in cells
    ]
    return "\n".join([title, *(f"  {line}" for line in lines)])


def short(time: str | None) -> str | None:
    """Write an ISO time for reading: to the minute, without T."""
    return time[:16].replace("T", " ") if time else None


def number(value: float | None) -> str | None:
    """Write a loss."""
    return None if value is None else f"{value:.4f}"


def _text(cell: object) -> str:
    return NOTHING if cell is None else str(cell)
