"""`python -m benchmarks.ingestion`: measure, print tables, write results/ingestion.json."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from benchmarks import report
from benchmarks.ingestion import memory, rates, speeds
from benchmarks.ingestion.goals import goals

started = monotonic()


def log(step: str) -> None:
    """Print the step that begins, with the seconds so far."""
    print(f"[{monotonic() - started:4.0f} s] {step} …", file=sys.stderr, flush=True)


def main() -> None:
    """Run all measurements."""
    about = report.machine("boto3", "duckdb", "pandas")
    with TemporaryDirectory(prefix="bench-") as folder:
        home = Path(folder)
        engines = speeds.engine_speeds(home, log)
        poller = speeds.poller_speed(home, log)
        memory_ratios = memory.ratios(home, log)
        flink, firings = speeds.flink_speed(home, log)
        results = rates.measure(home, log, poller, flink, firings)
    measured = {
        "aggregator_to_decode": engines[1].per_cpu_second / engines[1].limit,
        **memory_ratios,
        **rates.recompute(results),
    }
    judged = goals(measured)
    all_speeds = [*engines, poller, flink]
    print("\n" + ", ".join(f"{name} {value}" for name, value in about.items()))
    print("\nTransactions per CPU second, and as a share of decoding the same bytes\n")
    headers = ("", "per CPU s", "share", "peak MB", "")
    print(report.table(headers, [speed.row() for speed in all_speeds]))
    rates.show(results)
    print(f"\nGoals\n\n{report.table(report.GOAL_HEADERS, [goal.row() for goal in judged])}")
    content = {
        "goals": judged,
        "machine": about,
        "speeds": all_speeds,
        "memory": memory_ratios,
        "rates": rates.as_json(results),
    }
    print(f"\nwritten: {report.write('ingestion', content)}")


if __name__ == "__main__":
    main()
