"""`python -m benchmarks.row_drift`: draw rows, print tables, write results/row_drift.json."""

import sys
from typing import Any

from benchmarks import report
from benchmarks.measure import CpuClock
from benchmarks.row_drift.comparisons import COMPARISONS, Drifted
from benchmarks.row_drift.samples import KINDS, SHIFTS, rows, shifted

TRAININGS, WINDOWS = (200, 3000), (30, 100, 1000)
# Limits were chosen on the seeds of the tests, below 100,000.
SEEDS = range(100_000, 100_010)  # of trainings
REPEATS = 100  # windows of each training without a change
CHANGED = 20  # and with each
OURS = "loop"
GOAL_ALARMS = 0.001  # of the comparisons
GOAL_SHIFT, GOAL_ROWS, GOAL_FOUND = 1.0, 100, 0.95


def main() -> None:
    """Compare windows of all sizes with trainings of all sizes."""
    about, clock = report.machine("numpy", "scipy"), CpuClock()
    found = []
    for kind in KINDS:
        for training in TRAININGS:
            print(f"{kind}, {training} rows of training …", file=sys.stderr, flush=True)
            found += [
                _row(kind, training, count, name) for count in WINDOWS for name in COMPARISONS
            ]
    print("\n" + ", ".join(f"{name} {value}" for name, value in about.items()))
    headers = ["", "false alarms", *(f"shift by {by:g} sd found" for by in SHIFTS)]
    print(f"\n{report.table(headers, [_cells(row) for row in found])}")
    judged = _goals(found)
    print(f"\nGoals\n\n{report.table(report.GOAL_HEADERS, [goal.row() for goal in judged])}")
    content = {
        "goals": judged,
        "machine": about,
        "cpu_seconds": round(clock.seconds(), 1),
        "comparisons": found,
    }
    print(f"\nwritten: {report.write('row_drift', content)}")


def _row(kind: str, training: int, count: int, name: str) -> dict[str, Any]:
    alarms, hits = 0, dict.fromkeys(SHIFTS, 0)
    for seed in SEEDS:
        drifted = COMPARISONS[name](rows(kind, training, seed))
        alarms += sum(drifted(rows(kind, count, _seed(seed, n))) for n in range(REPEATS))
        for by in SHIFTS:
            hits[by] += _found(drifted, kind, count, by, seed)
    return {
        "feature": kind,
        "training_rows": training,
        "rows": count,
        "comparison": name,
        "false_alarms": alarms / (len(SEEDS) * REPEATS),
        "found": {f"{by:g}": hit / (len(SEEDS) * CHANGED) for by, hit in hits.items()},
    }


def _found(drifted: Drifted, kind: str, count: int, by: float, seed: int) -> int:
    windows = (rows(kind, count, _seed(seed, REPEATS + n)) for n in range(CHANGED))
    return sum(drifted(shifted(w, kind, by, seed + n)) for n, w in enumerate(windows))


def _seed(training: int, window: int) -> int:
    return 1000 * training + window


def _cells(row: dict[str, Any]) -> list[object]:
    about = f"{row['feature']}, {row['rows']} rows against {row['training_rows']}"
    shares = (f"{share:.0%}" for share in row["found"].values())
    return [f"{about}: {row['comparison']}", f"{row['false_alarms']:.2%}", *shares]


def _goals(found: list[dict[str, Any]]) -> list[report.Goal]:
    ours = [row for row in found if row["comparison"] == OURS]
    goals = []
    for kind in KINDS:
        of_kind = [row for row in ours if row["feature"] == kind]
        alarms = sum(row["false_alarms"] for row in of_kind) / len(of_kind)
        enough = [row for row in of_kind if row["rows"] >= GOAL_ROWS]
        shares = [row["found"][f"{GOAL_SHIFT:g}"] for row in enough]
        name = f"{kind}: shift by {GOAL_SHIFT:g} sd found in {GOAL_ROWS} rows or more"
        goals += [
            report.Goal(f"{kind}: false alarms of a comparison", alarms, GOAL_ALARMS),
            report.Goal(name, sum(shares) / len(shares), GOAL_FOUND, at_least=True),
        ]
    return goals


if __name__ == "__main__":
    main()
