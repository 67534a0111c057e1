"""`python -m benchmarks.cold_start`: measure, print tables, write results/cold_start.json."""

import os
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import report
from benchmarks.cold_start.goals import FirstAnswer, Start, goals
from benchmarks.measure import ROOT, run_alone

IMPORTS = "benchmarks.cold_start.imports"
FIRST_ANSWER = "benchmarks.cold_start.first_answer"
# The least CPU time counts, the others were disturbed.
ROUNDS = 7
ANSWER_HEADERS = ("bytecode", "predict, CPU s", "bare handler, CPU s", "ratio")
HEADERS = ("", "import, CPU s", "boto3, CPU s", "ratio", "", "clients")


def main() -> None:
    """Measure all functions, with and without bytecode."""
    about = report.machine("boto3", "aws-lambda-powertools", "pydantic")
    names = sorted(file.parent.name for file in (ROOT / "functions").glob("*/handler.py"))
    starts, answers = [], []
    with TemporaryDirectory(prefix="cold-start-") as folder:
        for bytecode in (True, False):
            # Without bytecode: Python looks for it in an empty folder, and does not write it.
            os.environ["PYTHONDONTWRITEBYTECODE"] = "" if bytecode else "1"
            if not bytecode:
                os.environ["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "empty")
            for name in names:
                print(f"{name}, bytecode: {bytecode} …", file=sys.stderr, flush=True)
                starts.append(measure(name, bytecode=bytecode))
            answers.append(first_answer(bytecode=bytecode))
    judged = goals(starts, answers)
    print("\n" + ", ".join(f"{name} {value}" for name, value in about.items()))
    for bytecode in (True, False):
        print(f"\n{'With' if bytecode else 'Without'} bytecode\n")
        rows = [start.row() for start in starts if start.bytecode == bytecode]
        print(report.table(HEADERS, rows))
    rows = [answer.row() for answer in answers]
    print(f"\nFirst answer\n\n{report.table(ANSWER_HEADERS, rows)}")
    print(f"\nGoals\n\n{report.table(report.GOAL_HEADERS, [goal.row() for goal in judged])}")
    results = [{**asdict(start), "ratio": round(start.ratio, 3)} for start in starts]
    first = [{**asdict(answer), "ratio": round(answer.ratio, 3)} for answer in answers]
    content = {
        "goals": judged,
        "machine": about,
        "starts": results,
        "first_answers": first,
    }
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


def first_answer(*, bytecode: bool) -> FirstAnswer:
    """Alternate between the first answers of predict and of a bare handler, each run alone."""
    found: dict[str, list[float]] = {"predict": [], "bare": []}
    for _ in range(ROUNDS):
        for name, seconds in found.items():
            seconds.append(run_alone(FIRST_ANSWER, name)["cpu"])
    return FirstAnswer(bytecode, min(found["predict"]), min(found["bare"]))


if __name__ == "__main__":
    main()
