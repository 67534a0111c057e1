"""`python -m benchmarks.alarm_policy`: measure, print tables, write results/alarm_policy.json."""

import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from benchmarks import report
from benchmarks.alarm_policy.goals import goals
from benchmarks.alarm_policy.simulation import (
    FOUND_WITHIN,
    LOSSES,
    MONTH,
    History,
    Result,
    Scores,
    disjoint,
    fresh,
    simulate,
)
from benchmarks.forecasting.series import RECORDED
from benchmarks.measure import CpuClock, run_alone
from common.alarm_policy import AlarmPolicy

SEEDS = range(3)
REPETITIONS = 500
POLICY = AlarmPolicy()
FULL = "96 windows"
HISTORIES: dict[str, History] = {
    FULL: disjoint(96),
    "48 windows": disjoint(48),
    "24 windows": disjoint(24),
    "24 overlapping windows": fresh(24),
}
# The default beside alternatives, with thresholds from the same 96 windows.
POLICIES = {
    "default": POLICY,
    "not smoothed": replace(POLICY, smoothing_factor=1.0),
    "smoother": replace(POLICY, smoothing_factor=0.25),
    "1 of 1": replace(POLICY, datapoints_to_alarm=1, evaluation_periods=1),
    "3 of 5": replace(POLICY, datapoints_to_alarm=3, evaluation_periods=5),
    "no release": replace(POLICY, release_periods=1, release_ratio=1.0),
    "one window": replace(POLICY, windows_per_reading=1),
}
HEADERS = (
    "",
    f"false alarms per {MONTH}",
    "first above",
    *(f"× {factor:g} in {FOUND_WITHIN}" for factor in LOSSES),
    *(f"delay × {factor:g}" for factor in LOSSES),
)


def main() -> None:
    """Score all streams, simulate all histories and policies."""
    about = report.machine("gluonts", "numpy", "torch")
    scores = _scores()
    clock = CpuClock()
    histories = {
        name: {stream: _simulate(scores[stream], history, POLICY) for stream in scores}
        for name, history in HISTORIES.items()
    }
    policies = {
        name: {stream: _simulate(scores[stream], HISTORIES[FULL], policy) for stream in scores}
        for name, policy in POLICIES.items()
    }
    judged = goals(histories[FULL].values())
    print("\n" + ", ".join(f"{name} {value}" for name, value in about.items()))
    for name, results in histories.items():
        print(f"\nThreshold from {name}\n\n{_table(results)}")
    worst = {name: _worst(results) for name, results in policies.items()}
    print(f"\nPolicies, worst stream, threshold from {FULL}\n\n{_table(worst)}")
    print(f"\nGoals\n\n{report.table(report.GOAL_HEADERS, [goal.row() for goal in judged])}")
    content = {
        "goals": judged,
        "machine": about,
        "cpu_seconds_of_simulations": round(clock.seconds(), 1),
        "policy": asdict(POLICY),
        "repetitions": REPETITIONS,
        "scores": {
            name: {"windows": len(s), "mean": s.mean(), "deviation": s.std()}
            for name, s in scores.items()
        },
        "histories": _documents(histories),
        "policies": _documents(policies),
    }
    print(f"\nwritten: {report.write('alarm_policy', content)}")


def _scores() -> dict[str, Scores]:
    """Measure the streams, each in a process of its own with one thread."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = "1"
    chosen = [(kind, seed) for kind in ("calm", "busy") for seed in SEEDS]
    if RECORDED.is_file():
        chosen.insert(0, ("recorded", 0))
    else:
        print(f"skipped: the recorded series, {RECORDED} is absent", file=sys.stderr)
    found = {}
    for kind, seed in chosen:
        print(f"{kind}, seed {seed} …", file=sys.stderr, flush=True)
        measured: Any = run_alone("benchmarks.alarm_policy.window_scores", kind, seed)
        found[measured["name"]] = np.array(measured["scores"])
    return found


def _simulate(scores: Scores, history: History, policy: AlarmPolicy) -> Result:
    return simulate(scores, history, policy, REPETITIONS)


def _documents(results: Mapping[str, Mapping[str, Result]]) -> dict[str, Any]:
    """Return results for JSON, which has no infinity: a delay is null if half are not found."""
    found: dict[str, Any] = {}
    for name, streams_of in results.items():
        found[name] = {}
        for stream, result in streams_of.items():
            delays = {f: None if np.isinf(d) else d for f, d in result.delay.items()}
            found[name][stream] = {**asdict(result), "delay": delays}
    return found


def _worst(results: Mapping[str, Result]) -> Result:
    known = list(results.values())
    return Result(
        max(r.false_alarms for r in known),
        max(r.first_above for r in known),
        {factor: min(r.found[factor] for r in known) for factor in LOSSES},
        {factor: max(r.delay[factor] for r in known) for factor in LOSSES},
    )


def _table(results: Mapping[str, Result]) -> str:
    rows = [
        [name, r.false_alarms, r.first_above, *r.found.values(), *r.delay.values()]
        for name, r in results.items()
    ]
    return report.table(HEADERS, rows)


if __name__ == "__main__":
    main()
