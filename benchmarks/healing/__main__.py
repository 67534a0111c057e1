"""`python -m benchmarks.healing`: run the whole loop on ten seeds, write results/healing.json."""

import argparse
import os
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict

# One thread for each of the parallel runs, as in the image; before NumPy and torch are imported.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import pandas as pd

from benchmarks import report
from benchmarks.forecasting import series
from benchmarks.healing.goals import goals
from benchmarks.healing.loop import Loop
from benchmarks.healing.outcome import Outcome, outcome
from sagemaker_pipelines.tournament import candidates
from sagemaker_pipelines.training import parameters

SEEDS, HOURS, CHANGE_HOURS, DEMO_HOURS = 10, 72, 27, 44  # the change is that of the demo
HEADERS = ("seed", "before", "after", "last hours", "trainings", "late", "served")
PROMOTIONS = ("seed, hour", "replaced", "promoted", "loss ratio", "significantly worse")


def main() -> None:
    """Run the seeds in parallel and judge them."""
    arguments = _parser().parse_args()
    about = report.machine("numpy", "scikit-learn", "torch")
    with ProcessPoolExecutor() as pool:
        jobs = [pool.submit(_run, seed, arguments.candidates) for seed in arguments.seeds]
        for number, job in enumerate(as_completed(jobs), 1):
            job.result()
            print(f"{number} of {len(jobs)} seeds done", file=sys.stderr, flush=True)
        outcomes = [job.result() for job in jobs]
    judged = goals(outcomes)
    print("\n" + ", ".join(f"{name} {value}" for name, value in about.items()))
    print(f"\nLoss of production to that of the reference\n\n{_table(outcomes)}")
    rows = [
        (f"{o.seed}, {p.hour}", p.replaced, p.promoted, p.ratio, p.significantly_worse)
        for o in outcomes
        for p in o.promotions
    ]
    print(f"\nPromotions on the windows after them\n\n{report.table(PROMOTIONS, rows)}")
    print(f"\nGoals\n\n{report.table(report.GOAL_HEADERS, [goal.row() for goal in judged])}")
    if arguments.candidates or len(arguments.seeds) != SEEDS:
        print("\nnot written: other seeds or candidates than the default ones")
        return
    content = {"goals": judged, "machine": about, "outcomes": [asdict(o) for o in outcomes]}
    print(f"\nwritten: {report.write('healing', content)}")


def _table(outcomes: list[Outcome]) -> str:
    rows = [
        (
            *(str(o.seed), o.before, o.after, o.last_hours, o.trainings, o.late_trainings),
            ", ".join(o.served),
        )
        for o in outcomes
    ]
    return report.table(HEADERS, rows)


def _run(seed: int, names: str | None) -> Outcome:
    warnings.filterwarnings("ignore")  # of GluonTS
    simulated = series.simulated("demo", seed, HOURS, CHANGE_HOURS)
    index = pd.date_range(series.START, periods=len(simulated.values), freq="min")
    stream = pd.Series(simulated.values, index, dtype=float)
    chosen = candidates.parse(names or str(parameters.CANDIDATES.default))
    loop = Loop(stream, tuple(chosen))
    loop.run()
    return outcome(seed, loop, CHANGE_HOURS * 60, DEMO_HOURS * 60)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.healing", description=__doc__)
    parser.add_argument("--seeds", nargs="+", type=int, default=list(range(SEEDS)))
    parser.add_argument("--candidates", help="names separated by commas; default: the pipeline's")
    return parser


if __name__ == "__main__":
    main()
