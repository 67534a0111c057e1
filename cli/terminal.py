"""Terminal output: tables, notes, progress bars, and ASCII for limited encodings."""

import codecs
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

NOTHING = "–"
WIDE = 1000  # columns, so that lines are not wrapped in a pipe or a file
STYLES = {
    "ALARM": "bold red",
    "Executing": "yellow",
    "Failed": "bold red",
    "InService": "green",
    "OK": "green",
    "Succeeded": "green",
    "failed": "bold red",
    "succeeded": "green",
}
ASCII = {
    **dict(zip("①②③④⑤⑥⑦⑧", "12345678", strict=True)),
    **dict.fromkeys("–—─━╌╴╶╸╺═", "-"),
    **dict.fromkeys("│┃║", "|"),
    **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼┏┓┗┛┡┩╇", "+"),
    **dict.fromkeys("·•", "*"),
    "→": "->",
    "←": "<-",
    "▶": ">",
    "…": "...",
    "×": "x",
    "“": '"',
    "”": '"',
    "’": "'",
}

Row = Sequence[object]


def configure_streams() -> None:
    """Replace characters that stdout or stderr cannot encode by ASCII."""
    codecs.register_error("evergreen-ascii", _in_ascii)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="evergreen-ascii")


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(ASCII.get(character, "?") for character in text), error.end


def make_console(*, stderr: bool = False) -> Console:
    """Return a console that prints text without markup."""
    console = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = WIDE
    return console


def print_body(body: RenderableType) -> None:
    """Print a command's result without trailing spaces."""
    console = make_console()
    with console.capture() as captured:
        console.print(body)
    print("\n".join(line.rstrip() for line in captured.get().splitlines()), flush=True)


def note(text: str, style: str = "dim") -> None:
    """Print a line to stderr."""
    make_console(stderr=True).print(text, style=style, soft_wrap=True)


def table(title: str, rows: Sequence[Row], headers: Row = ()) -> RenderableType:
    """Return rows in aligned columns below a title; None is shown as a dash."""
    grid = Table(box=None, show_header=bool(headers), pad_edge=False, padding=(0, 2, 0, 0))
    width = max((len(row) for row in [*rows, headers]), default=0)
    for header in [*headers, *[""] * (width - len(headers))]:
        grid.add_column(Text(str(header)), header_style="bold", overflow="fold")
    for row in rows:
        grid.add_row(*[_cell(value) for value in row])
    return Group(Text(title, style="bold"), Padding(grid, (0, 0, 0, 2)))


def sections(*parts: RenderableType) -> RenderableType:
    """Return tables and texts, one below the other, with a blank line between them."""
    spaced: list[RenderableType] = []
    for part in parts:
        spaced += [part, ""]
    return Group(*spaced[:-1])


def short(time: str | None) -> str | None:
    """Format an ISO time as `YYYY-MM-DD HH:MM`."""
    return time[:16].replace("T", " ") if time else None


def number(value: float | None) -> str | None:
    """Format a loss with four decimals."""
    return None if value is None else f"{value:.4f}"


@contextmanager
def progress_bar(description: str, total: int | None = None) -> Iterator[Callable[..., Any]]:
    """Show a progress bar on a terminal; yields `update(advance=…, total=…)`."""
    console = make_console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bar = Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    with bar:
        task = bar.add_task(description, total=total)
        yield lambda **changes: bar.update(task, **changes)


def _cell(value: object) -> Text:
    text = NOTHING if value is None else str(value)
    return Text(text, style=STYLES.get(text, ""))
