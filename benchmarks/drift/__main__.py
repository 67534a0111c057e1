"""`python -m benchmarks.drift`: simulate, print tables, write results/drift.json."""

import sys
from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import report
from benchmarks.drift.comparisons import COMPARISONS
from benchmarks.drift.simulation import Setup, delay, false_alarms
from benchmarks.drift.streams import DRIFTS, KINDS, MINUTES_PER_DAY, stream
from benchmarks.measure import CpuClock

BASELINE_DAYS, DAYS = 7, 30
# Margin and limits were chosen on seeds below 100.
SEEDS = range(100, 110)
BEGINNINGS = 6  # of each drift in each stream
GOAL_DRIFT, GOAL_HOURS = "level × 1.5", 24.0


def main() -> None:
    """Simulate all streams with all comparisons."""
    about, clock = report.machine("numpy", "scipy"), CpuClock()
    alarms: dict[tuple[str, str], list[int]] = defaultdict(list)
    delays: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for kind in KINDS:
        for seed in SEEDS:
            print(f"{kind.name}, seed {seed} …", file=sys.stderr, flush=True)
            values = stream(kind, BASELINE_DAYS + DAYS, seed)
            baseline = values[: BASELINE_DAYS * MINUTES_PER_DAY]
            after = values[(BASELINE_DAYS - 1) * MINUTES_PER_DAY :]
            for name, comparison in COMPARISONS.items():
                setup = Setup(comparison(baseline), after)
                alarms[kind.name, name].append(false_alarms(setup))
                rng = np.random.default_rng(seed)
                for minute in rng.integers(2 * MINUTES_PER_DAY, 28 * MINUTES_PER_DAY, BEGINNINGS):
                    begin: pd.Timestamp = after.index[int(minute)]
                    for drift, change in DRIFTS.items():
                        delays[kind.name, name, drift].append(delay(setup, begin, change))
    rows = [_row(kind.name, name, alarms, delays) for kind in KINDS for name in COMPARISONS]
    print("\n" + ", ".join(f"{name} {value}" for name, value in about.items()))
    headers = ["", f"false alarms in {DAYS} days", *(f"{d}: found in 24 h, delay" for d in DRIFTS)]
    print(f"\n{report.table(headers, [_cells(row) for row in rows])}")
    judged = _goals(rows)
    print(f"\nGoals\n\n{report.table(report.GOAL_HEADERS, [goal.row() for goal in judged])}")
    content = {
        "goals": judged,
        "machine": about,
        "cpu_seconds": round(clock.seconds(), 1),
        "streams": rows,
    }
    print(f"\nwritten: {report.write('drift', content)}")


def _row(
    kind: str,
    name: str,
    alarms: dict[tuple[str, str], list[int]],
    delays: dict[tuple[str, str, str], list[float]],
) -> dict[str, Any]:
    found = {drift: np.array(delays[kind, name, drift]) for drift in DRIFTS}
    medians = {drift: float(np.median(values)) for drift, values in found.items()}
    return {
        "stream": kind,
        "comparison": name,
        "false_alarms": float(np.mean(alarms[kind, name])),
        "found": {drift: float((v <= GOAL_HOURS).mean()) for drift, v in found.items()},
        # JSON has no infinity: null if less than half of the drifts were found within 48 hours.
        "delay_hours": {d: m if np.isfinite(m) else None for d, m in medians.items()},
    }


def _cells(row: dict[str, Any]) -> list[object]:
    pairs = zip(row["found"].values(), row["delay_hours"].values(), strict=True)
    delays = [f"{f:.0%}, {'-' if d is None else f'{d:.0f} h'}" for f, d in pairs]
    return [f"{row['stream']}: {row['comparison']}", row["false_alarms"], *delays]


def _goals(rows: list[dict[str, Any]]) -> list[report.Goal]:
    ours = [row for row in rows if row["comparison"] == "season-aware"]
    return [
        goal
        for row in ours
        for goal in (
            report.Goal(f"{row['stream']}: false alarms in {DAYS} days", row["false_alarms"], 1),
            report.Goal(
                f"{row['stream']}: {GOAL_DRIFT} found in 24 h",
                row["found"][GOAL_DRIFT],
                0.95,
                at_least=True,
            ),
        )
    ]


if __name__ == "__main__":
    main()
