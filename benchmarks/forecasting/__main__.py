"""`python -m benchmarks.forecasting`: measure, print tables, write results/forecasting.json."""

import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from statistics import fmean
from typing import TypeVar

from benchmarks import report
from benchmarks.forecasting import goals, jobs, regimes, series
from benchmarks.forecasting.measurement import Score
from benchmarks.forecasting.regimes import RegimeScore
from benchmarks.forecasting.series import TRAINING
from benchmarks.measure import run_alone
from common.tournament import MINIMUM_TRAINING_MINUTES as RECENT_MINUTES

T = TypeVar("T")
# Seeds of the simulator that were not used while methods, settings and candidates were chosen.
SEEDS, REGIME_SEEDS = range(30, 35), range(30, 33)
HEADERS = (
    *("", "wQL", "to last value", "to reference", "80 % coverage"),
    *("fit, CPU s", "forecast, CPU ms"),
)
TRAINING_TIME = "benchmarks.forecasting.training_time"


def main() -> None:
    """Run everything; the recorded series only where its file is present."""
    about = report.machine("numpy", "scikit-learn", "statsforecast", "torch")
    # One thread per process, as in the image. Workers are spawned because NumPy, which this
    # process has imported already, reads the variables when it is imported.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=jobs.prepare) as pool:
        steady = [pool.submit(jobs.steady, name, seed) for name, seed in _steady_cases()]
        changed = [pool.submit(jobs.changed, seed) for seed in REGIME_SEEDS]
        scores = [score for job in _progress(steady) for score in job]
        regime_scores = [score for job in _progress(changed) for score in job]
    training_cpu = {
        c.name: run_alone(TRAINING_TIME, c.algorithm, RECENT_MINUTES if c.recent else TRAINING)[
            "cpu"
        ]
        for c in goals.CANDIDATES
    }
    table = goals.means(scores)
    judged = goals.goals(scores, training_cpu)
    print("\n" + ", ".join(f"{name} {value}" for name, value in about.items()))
    for name, by_method in table.items():
        seeds = next(iter(by_method.values())).seed
        print(f"\n{name}, mean of {seeds} seeds\n")
        print(report.table(HEADERS, _rows(by_method)))
        chosen = ", ".join(score.method for score in goals.winners(scores, name))
        print(f"winners by the first half of the windows: {chosen}")
    print(f"\nAfter a change of regime, wQL to reference\n\n{_regime_table(regime_scores)}")
    print(f"\nGoals\n\n{report.table(report.GOAL_HEADERS, [goal.row() for goal in judged])}")
    content = {
        "goals": judged,
        "machine": about,
        "training_cpu": training_cpu,
        "scores": [asdict(score) for score in scores],
        "regimes": [asdict(score) for score in regime_scores],
    }
    print(f"\nwritten: {report.write('forecasting', content)}")


def _steady_cases() -> list[tuple[str, int]]:
    cases = [(name, seed) for name in ("calm", "busy") for seed in SEEDS]
    if series.RECORDED.is_file():
        return cases + [("recorded", span) for span in range(series.SPANS)]
    print(f"the recorded series is skipped: {series.RECORDED} does not exist", file=sys.stderr)
    return cases


def _progress(futures: "Sequence[Future[list[T]]]") -> Iterator[list[T]]:
    for number, future in enumerate(futures, 1):
        yield future.result()
        print(f"{number} of {len(futures)} series measured", file=sys.stderr, flush=True)


def _rows(by_method: dict[str, Score]) -> list[list[object]]:
    last, reference = by_method["last value"].wql, by_method[goals.REFERENCE].wql
    ordered = sorted(by_method.values(), key=lambda score: score.wql)
    return [
        [
            *(s.method, s.wql, s.wql / last, s.wql / reference, s.coverage, s.fit_cpu),
            1000 * s.forecast_cpu,
        ]
        for s in ordered
    ]


def _regime_table(scores: Sequence[RegimeScore]) -> str:
    """Return one row for each method and number of minutes, one column for each time."""
    groups: dict[tuple[str, int | None], dict[float, list[float]]] = {}
    for s in scores:
        times = groups.setdefault((s.score.method, s.recent), {})
        times.setdefault(s.after_hours, []).append(s.score.wql / s.reference_wql)
    rows = [
        [f"{method}, {'all' if recent is None else f'last {recent}'} minutes"]
        + [fmean(times[after]) for after in regimes.AFTER_HOURS]
        for (method, recent), times in groups.items()
    ]
    return report.table(("", *(f"{after:g} h" for after in regimes.AFTER_HOURS)), rows)


if __name__ == "__main__":
    main()
