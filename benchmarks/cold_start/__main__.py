"""`python -m benchmarks.cold_start`: measures, prints tables, writes results/cold_start.json."""

import os
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import report
from benchmarks.cold_start.goals import Start, goals
from benchmarks.measure import ROOT, alone

WORK = "benchmarks.cold_start.work"
# In turn; the least CPU time counts, the others were disturbed. Compiling takes seconds.
ROUNDS = {True: 7, False: 3}  # by whether there is bytecode


def main() -> None:
    """Measure all functions, with and without bytecode."""
    about = report.machine("boto3", "aws-lambda-powertools", "pydantic")
    names = sorted(file.parent.name for file in (ROOT / "functions").glob("*/handler.py"))
    starts = []
    with TemporaryDirectory(prefix="cold-start-") as folder:
        for bytecode in (True, False):
            # Without bytecode: it is looked for in an empty folder, and not written.
            os.environ["PYTHONDONTWRITEBYTECODE"] = "" if bytecode else "1"
            if not bytecode:
                os.environ["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "empty")
            for name in names:
                print(f"{name}, bytecode: {bytecode} …", file=sys.stderr, flush=True)
                starts.append(measure(name, bytecode=bytecode))
    judged = goals(starts)
    print("\n" + ", ".join(f"{name} {value}" for name, value in about.items()))
    heads = ("", "import, CPU s", "boto3, CPU s", "ratio", "", "clients")
    for bytecode in (True, False):
        print(f"\n{'With' if bytecode else 'Without'} bytecode\n")
        rows = [start.row() for start in starts if start.bytecode == bytecode]
        print(report.table(heads, rows))
    print(f"\nGoals\n\n{report.table(report.GOAL, [goal.row() for goal in judged])}")
    results = [{**asdict(start), "ratio": round(start.ratio, 3)} for start in starts]
    content = {"goals": judged, "machine": about, "starts": results}
    print(f"\nwritten: {report.write('cold_start', content)}")


def measure(name: str, *, bytecode: bool) -> Start:
    """Import a handler and its bare clients in turn, each time in a process of its own."""
    handlers: list[dict[str, Any]] = []
    clients: list[float] = []
    for _ in range(ROUNDS[bytecode]):
        handlers.append(alone(WORK, "handler", name))
        services = tuple(handlers[0]["services"])
        clients.append(alone(WORK, "boto3", ",".join(services))["cpu"])
    least = min(found["cpu"] for found in handlers)
    return Start(name, services, handlers[0]["pydantic"], bytecode, least, min(clients))


if __name__ == "__main__":
    main()
