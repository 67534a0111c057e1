"""`python -m benchmarks.batch`: measure, print tables, write results/batch.json (Linux)."""

import os
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks import report
from benchmarks.report import Goal

if TYPE_CHECKING:
    from benchmarks.batch.work import Measured

HEADERS = (
    *("", "lines", "alone", "prepare", "serve", "reconnecting", "collect"),
    *("lines/CPU s", "share of alone"),
)
GOAL = 0.8
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def main() -> None:
    """Measure both kinds of models."""
    for name in THREADS:  # as in the image; before NumPy is imported
        os.environ.setdefault(name, "1")
    from benchmarks.batch.work import ABALONE, FORECASTER, measure  # noqa: PLC0415

    about = report.machine("numpy", "gunicorn")
    found = []
    with TemporaryDirectory(prefix="batch-") as folder:
        for load in (FORECASTER, ABALONE):
            print(f"{load.model}: {load.count} lines …", file=sys.stderr, flush=True)
            found.append(measure(load, Path(folder)))
    goals = [
        Goal(f"{one.load.model}: lines per CPU second, of the model alone", one.share, GOAL, True)
        for one in found
    ]
    print("\n" + ", ".join(f"{name} {value}" for name, value in about.items()))
    print(f"\nCPU seconds\n\n{report.table(HEADERS, map(row, found))}")
    print(f"\nGoals\n\n{report.table(report.GOAL_HEADERS, [goal.row() for goal in goals])}")
    results = [{**asdict(one), "share": round(one.share, 3)} for one in found]
    content = {"goals": goals, "machine": about, "batches": results}
    print(f"\nwritten: {report.write('batch', content)}")


def row(found: "Measured") -> tuple[object, ...]:
    """Return a row of the table."""
    parts = (found.prepare, found.serve, found.collect)
    return (
        found.load.model,
        found.load.count,
        *(f"{seconds:.2f}" for seconds in (found.alone, found.prepare, found.serve)),
        *(f"{seconds:.2f}" for seconds in (found.reconnecting, found.collect)),
        f"{found.load.count / sum(parts):,.0f}",
        f"{found.share:.2f}",
    )


if __name__ == "__main__":
    main()
