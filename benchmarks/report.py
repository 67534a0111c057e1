"""What a benchmark says: tables, goals, and the machine it ran on."""

import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

GOAL = ("", "value", "", "goal", "met")
RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Goal:
    """A number that has to be at least, or at most, so much; NaN is never enough."""

    name: str
    value: float
    goal: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Tell whether the goal is reached."""
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def row(self) -> list[object]:
        """Return it as a line of a table with heads `GOAL`."""
        bound = "at least" if self.at_least else "at most"
        return [self.name, self.value, bound, self.goal, "yes" if self.met else "NO"]

    def as_json(self) -> dict[str, Any]:
        """Return name, value, goal, met."""
        value = float(f"{self.value:.3g}")
        return {"name": self.name, "value": value, "goal": self.goal, "met": self.met}


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Align rows below their heads: the first column left, numbers right."""
    lines = [list(heads), *([_cell(one) for one in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if number == 0 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _cell(value: object) -> str:
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) else str(value)
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def machine(*packages: str) -> dict[str, Any]:
    """Describe where and with what the numbers were made."""
    cpus = Path("/proc/cpuinfo")
    names = [
        line.partition(":")[2].strip()
        for line in (cpus.read_text().splitlines() if cpus.exists() else [])
        if line.startswith("model name")
    ]
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": names[0] if names else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


def write(name: str, content: dict[str, Any]) -> Path:
    """Keep a run's numbers as `results/<name>.json`."""
    RESULTS.mkdir(exist_ok=True)
    place = RESULTS / f"{name}.json"
    place.write_text(json.dumps(content, indent=2, default=_plain) + "\n")
    return place


def _plain(value: Any) -> Any:
    return value.as_json() if isinstance(value, Goal) else asdict(value)
