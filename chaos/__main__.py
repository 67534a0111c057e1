"""`make chaos`: run the whole loop while faults are injected, then check that nothing was lost."""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from chaos import invariants, plan, simulation
from demo import stream
from demo.run import PREFIX, Demo
from scripts import process_lock

HOME = Path(__file__).resolve().parent.parent / ".evergreen" / "chaos"
SEEDS = range(len(plan.KINDS))
ENDPOINTS = [f"{PREFIX}-{stage}" for stage in ("production", "staging")]
RESTARTS = 20  # of a poller that crashed


def main() -> int:
    """Run without faults, then with those of each seed; return the exit code."""
    arguments = _parser().parse_args()
    home = arguments.home or HOME
    home.parent.mkdir(parents=True, exist_ok=True)
    with process_lock.hold(home.with_suffix(".lock"), "chaos"):
        file, expected = simulation.write(home.with_suffix(".jsonl.gz"), arguments.hours)
        clean = _clean(arguments.clean, file, home)
        seen = plan.pairs(clean, PREFIX)
        rules = clean.get("rules") or []
        print(f"\n{len(seen)} pairs of caller and action, {len(rules)} rules, in a clean run")
        failed = [
            seed
            for seed in arguments.seed or SEEDS
            if not _run(file, home, plan.faults(seen, rules, ENDPOINTS, seed), expected, seed)
        ]
    for seed in failed:
        print(f"seed {seed} failed; again: make chaos SEED={seed}", file=sys.stderr)
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seed", type=int, action="append", help="default: 0 to 3")
    parser.add_argument("--hours", type=float, default=12, help="length of the stream")
    parser.add_argument("--home", type=Path, help="folder of the local AWS and the results")
    parser.add_argument("--clean", type=Path, help="report.json of a run without faults")
    return parser


def _clean(report: Path | None, file: Path, home: Path) -> dict[str, Any]:
    if report is not None:
        found: dict[str, Any] = json.loads(report.read_text())
        return found
    print("— a run without faults, from which the faults are derived", flush=True)
    return _demo(file, home, []).report


def _run(file: Path, home: Path, faults: list[plan.Fault], expected: int, seed: int) -> bool:
    """Run with faults and print what happened; return whether everything held."""
    print(f"\n— seed {seed}: {len(faults)} faults", flush=True)
    report = _demo(file, home, faults).report
    left = report["faults_left"]
    took = [fault for fault, now in zip(faults, left, strict=True) if _took_effect(fault, now)]
    total, effective = Counter(map(plan.kind, faults)), Counter(map(plan.kind, took))
    for kind, number in sorted(total.items()):
        print(f"  {kind:16} {effective[kind]:4} of {number:4} took effect")
    problems = invariants.failures(report, expected)
    for problem in problems:
        print(f"  seed {seed}: {problem}", file=sys.stderr)
    counts = report["transactions"]
    print(
        f"  {counts['distinct']:,} transactions, {len(report['trainings'])} trainings, "
        f"{len(report['versions'])} versions, {sum(report['dead_letters'].values())} dead letters"
    )
    (home / f"seed-{seed}.json").write_text(json.dumps(report, indent=2))
    return not problems


def _took_effect(fault: plan.Fault, now: dict[str, Any]) -> bool:
    return bool(now["times"] < fault.get("times", 1))


def _demo(file: Path, home: Path, faults: list[plan.Fault]) -> Demo:
    recorded = stream.choose("replay", file, hours=0)
    restarts = RESTARTS if faults else 0
    inspect = invariants.inspect
    demo = Demo(recorded, home, out=home, faults=faults, restarts=restarts, inspect=inspect)
    demo.run()
    return demo


if __name__ == "__main__":
    sys.exit(main())
