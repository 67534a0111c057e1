"""The display of a running demo: a live view on a terminal, plain lines otherwise."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Group
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from cli.terminal import make_console

PLAIN_SECONDS = 15.0  # between status lines without a live view
STAGES = {
    "①": "poll",
    "②": "ingest",
    "③": "features",
    "④": "train",
    "⑤": "register",
    "⑥": "deploy",
    "⑦": "monitor",
    "⑧": "retrain",
}


class Display:
    """Prints permanent lines, and shows the current phase, the active stages and a status line."""

    def __init__(self) -> None:
        self._console = make_console()
        self._live: Live | None = None
        self._printed = 0.0

    @contextmanager
    def live(self) -> Iterator[None]:
        """Show the live view, if this is a terminal, until the end of the block."""
        if not self._console.is_terminal or self._console.is_dumb_terminal:
            yield
            return
        with Live(console=self._console, transient=True, refresh_per_second=8) as self._live:
            yield
        self._live = None

    def say(self, text: str) -> None:
        """Print a permanent line."""
        self._console.print(text)

    def show(self, active: str, text: str) -> None:
        """Show the active stages (as in "①②③") and a status line."""
        if self._live is not None:
            strip = Text()
            for sign, name in STAGES.items():
                strip.append(f"{sign} {name} ", style="bold green" if sign in active else "dim")
            self._live.update(Group(strip, Spinner("dots", Text(text))))
        elif time.monotonic() - self._printed >= PLAIN_SECONDS:
            self._printed = time.monotonic()
            names = ", ".join(f"{sign} {STAGES[sign]}" for sign in active)
            self._console.print(f"{names} · {text}" if names else text)

    def phase(self, text: str) -> None:
        """Print the beginning of a phase."""
        self.say(f"— {text}")
        if self._live is not None:
            self.show("", text)


display = Display()
