"""`python -m benchmarks.serving`: measure, print tables, write results/serving.json."""

import os
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import report
from benchmarks.measure import cpu_seconds, run_alone
from benchmarks.serving import load, model
from benchmarks.serving.goals import SERVED, SYNC, Load, goals, percentile
from benchmarks.serving.model_clock import Clock
from sagemaker_pipelines.paths import Paths

# The least CPU time counts, the others were disturbed.
ROUNDS = 5
CONCURRENCIES = (1, 4, 16)
WARM_UP, REQUESTS = 32, 320
CALLS = "benchmarks.serving.calls"
HEADERS = (
    *("", "at once", "requests per CPU s", "CPU ms", "model's CPU ms", "× model"),
    *("p50 ms", "p99 ms"),
)


def main() -> None:
    """Alternate between the calls alone and the servers."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"  # as in the image
    about = report.machine("numpy", "torch", "gluonts", "gunicorn")
    calls: dict[str, list[float]] = {"bare": [], "torch": []}
    rounds: list[list[Load]] = []
    with TemporaryDirectory(prefix="serving-") as folder:
        paths = Paths(Path(folder))
        run_alone(CALLS, "write", paths.model)
        for number in range(ROUNDS):
            print(f"round {number + 1} of {ROUNDS} …", file=sys.stderr, flush=True)
            for kind, milliseconds in calls.items():
                milliseconds.append(run_alone(CALLS, kind, paths.model)["cpu_ms"])
            rounds.append([*measure(SERVED, paths), *measure(SYNC, paths)])
    bare, torch = min(calls["bare"]), min(calls["torch"])
    best = [min(found, key=lambda one: one.cpu_ms) for found in zip(*rounds, strict=True)]
    judged = goals(torch, best)
    print("\n" + ", ".join(f"{name} {value}" for name, value in about.items()))
    alone = [
        [name, "", 1000 / cpu, cpu, cpu, "", "", ""]
        for name, cpu in (("bare call, alone", bare), ("torch's predictor", torch))
    ]
    print("\n" + report.table(HEADERS, [*alone, *(one.row() for one in best)]))
    print(f"\nGoals\n\n{report.table(report.GOAL_HEADERS, [goal.row() for goal in judged])}")
    content = {
        "goals": judged,
        "machine": about,
        "cpu_ms": calls,
        "loads": [asdict(one) for one in best],
    }
    print(f"\nwritten: {report.write('serving', content)}")


def measure(server: str, paths: Paths) -> list[Load]:
    """Return what one worker of a server needs at each concurrency."""
    port = load.free_port()
    clock = Clock(paths.base / "clock")
    command = [sys.executable, "-m", "benchmarks.serving.servers", server]
    command += [str(paths.model), str(port), str(paths.base / "clock")]
    body, found = model.request(), []
    with load.running(command, port, {"MODEL_SERVER_WORKERS": "1"}) as pid:
        load.latencies(port, body, CONCURRENCIES[-1], WARM_UP)
        for concurrency in CONCURRENCIES:
            before, (model_before, calls) = cpu_seconds(pid), clock.read()
            seconds = load.latencies(port, body, concurrency, REQUESTS)
            cpu = (cpu_seconds(pid) - before) / len(seconds) * 1000
            model_seconds, total = clock.read()
            own = (model_seconds - model_before) / (total - calls) * 1000
            p50, p99 = (percentile(seconds, share) * 1000 for share in (0.5, 0.99))
            found.append(Load(server, concurrency, cpu, own, p50, p99))
    return found


if __name__ == "__main__":
    main()
