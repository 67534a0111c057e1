"""Report of a benchmark: tables, goals, and the machine that it ran on."""

import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

GOAL_HEADERS = ("", "value", "", "goal", "met")
RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Goal:
    """A value that must be at least, or at most, the goal; NaN never meets it."""

    name: str
    value: float
    goal: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the value meets the goal."""
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def row(self) -> list[object]:
        """Return the row of a table with the headers `GOAL_HEADERS`."""
        bound = "at least" if self.at_least else "at most"
        return [self.name, self.value, bound, self.goal, "yes" if self.met else "NO"]

    def as_json(self) -> dict[str, Any]:
        """Return name, value, goal, met."""
        value = float(f"{self.value:.3g}")
        return {"name": self.name, "value": value, "goal": self.goal, "met": self.met}


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Format rows below their headers: the first column left-aligned, the others right-aligned."""
    lines = [list(headers), *([_cell(value) for value in row] for row in rows)]
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
    """Describe the machine and the versions that produced the numbers."""
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
    """Write the numbers of a run to `results/<name>.json` and return the path."""
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{name}.json"
    file.write_text(json.dumps(content, indent=2, default=_to_json) + "\n")
    return file


def _to_json(value: Any) -> Any:
    return value.as_json() if isinstance(value, Goal) else asdict(value)
