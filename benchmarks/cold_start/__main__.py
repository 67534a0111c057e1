"""`python -m benchmarks.cold_start`: measure, print tables, write results/cold_start.json."""

import os
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import report
from benchmarks.cold_start.goals import Start, goals
from benchmarks.measure import ROOT, run_alone

IMPORTS = "benchmarks.cold_start.imports"
# The least CPU time counts, the others were disturbed.
ROUNDS = 7
HEADERS = ("", "import, CPU s", "boto3, CPU s", "ratio", "", "clients")


def main() -> None:
    """Measure all functions, with and without bytecode."""
    about = report.machine("boto3", "aws-lambda-powertools", "pydantic")
    names = sorted(file.parent.name for file in (ROOT / "functions").glob("*/handler.py"))
    starts = []
    with TemporaryDirectory(prefix="cold-start-") as folder:
        for bytecode in (True, False):
            # Without bytecode: Python looks for it in an empty folder, and does not write it.
            os.environ["PYTHONDONTWRITEBYTECODE"] = "" if bytecode else "1"
            if not bytecode:
                os.environ["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "empty")
            for name in names:
                print(f"{name}, bytecode: {bytecode} …", file=sys.stderr, flush=True)
                starts.append(measure(name, bytecode=bytecode))
    judged = goals(starts)
    print("\n" + ", ".join(f"{name} {value}" for name, value in about.items()))
    for bytecode in (True, False):
        print(f"\n{'With' if bytecode else 'Without'} bytecode\n")
        rows = [start.row() for start in starts if start.bytecode == bytecode]
        print(report.table(HEADERS, rows))
    print(f"\nGoals\n\n{report.table(report.GOAL_HEADERS, [goal.row() for goal in judged])}")
    results = [{**asdict(start), "ratio": round(start.ratio, 3)} for start in starts]
    content = {"goals": judged, "machine": about, "starts": results}
    print(f"\nwritten: {report.write('cold_start', content)}")


def measure(name: str, *, bytecode: bool) -> Start:
    """Alternate between importing a handler and creating its bare clients, each run alone."""
    handlers: list[dict[str, Any]] = []
    clients: list[float] = []
    for _ in range(ROUNDS):
        handlers.append(run_alone(IMPORTS, "handler", name))
        services = tuple(handlers[0]["services"])
        clients.append(run_alone(IMPORTS, "boto3", ",".join(services))["cpu"])
    fastest = min(result["cpu"] for result in handlers)
    return Start(name, services, handlers[0]["pydantic"], bytecode, fastest, min(clients))


if __name__ == "__main__":
    main()
