"""`python -m benchmarks.ingestion`: measures, prints tables, writes results/ingestion.json."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from benchmarks import report
from benchmarks.ingestion import growth, memory, speeds
from benchmarks.ingestion.goals import goals

begun = monotonic()


def say(step: str) -> None:
    """Tell how far it is."""
    print(f"[{monotonic() - begun:4.0f} s] {step} …", file=sys.stderr, flush=True)


def main() -> None:
    """Run all."""
    about = report.machine("boto3", "duckdb", "pandas")
    with TemporaryDirectory(prefix="bench-") as folder:
        home = Path(folder)
        fast = speeds.engines(home, say)
        poller = speeds.poller(home, say)
        flat = memory.ratios(home, say)
        flink, firings = speeds.of_flink(home, say)
        steps = growth.steps(home, say, poller, flink, firings)
    measured = {
        "aggregator_to_decode": fast[1].events / fast[1].limit,
        **flat,
        **growth.recompute(steps),
    }
    judged = goals(measured)
    print("\n" + ", ".join(f"{name} {value}" for name, value in about.items()))
    print("\nTransactions a CPU second, and as a share of decoding the same bytes\n")
    heads = ("", "a CPU s", "share", "peak MB", "")
    print(report.table(heads, [one.row() for one in [*fast, poller, flink]]))
    growth.show(steps)
    print(f"\nGoals\n\n{report.table(report.GOAL, [goal.row() for goal in judged])}")
    content = {
        "goals": judged,
        "machine": about,
        "speeds": [*fast, poller, flink],
        "memory": flat,
        "rates": growth.as_json(steps),
    }
    print(f"\nwritten: {report.write('ingestion', content)}")


if __name__ == "__main__":
    main()
