"""Transactions per CPU second: aggregator, poller, Flink job and peers, each with its limit."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.ingestion import flink, stream
from benchmarks.measure import run_alone

TASKS = "benchmarks.ingestion.tasks"
RATE, SECONDS = 1_000, 120  # of the stream of all engines except Flink
FLINK_RATE, FLINK_SECONDS = 100, 1_200  # long enough for Java's just-in-time compiler
ROUNDS = 3  # of all engines in turn; the least CPU time counts, the others were disturbed
ENGINES = ("decode", "aggregator", "pandas", "duckdb")
LIMIT = "gunzip and json.loads of each line alone"
NAMES = {
    "aggregator": "aggregator: handler, part, union, row",
    "pandas": "pandas after json.loads",
    "duckdb": "DuckDB, one thread",
}
NOTES = {"aggregator": "warm", "pandas": "rows equal", "duckdb": "rows equal"}

Log = Callable[[str], None]


class UnequalError(AssertionError):
    """Two engines computed different rows from the same objects."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Speed of one engine in transactions per CPU second; the limit is decoding the same bytes."""

    name: str
    per_cpu_second: float  # 0: not measured
    limit: float
    peak_mb: float
    note: str = ""

    def row(self) -> list[object]:
        """Return the row of the table."""
        share = self.per_cpu_second / self.limit if self.limit else "-"
        return [self.name, self.per_cpu_second or "-", share, self.peak_mb or "-", self.note]


def engine_speeds(home: Path, log: Log) -> list[Speed]:
    """Measure aggregator and peers on the same objects; UnequalError if rows differ."""
    folder = home / "stream"
    stream.write(folder, RATE, SECONDS)
    fastest: dict[str, dict[str, Any]] = {}
    for turn in range(ROUNDS):
        for name in ENGINES:
            log(f"{name}, {turn + 1} of {ROUNDS}")
            run = run_alone(TASKS, name, folder)
            if name not in fastest or run["cpu"] < fastest[name]["cpu"]:
                fastest[name] = run
    for name in ("pandas", "duckdb"):
        check_equal(name, fastest[name]["minutes"], fastest["aggregator"]["minutes"])
    count = RATE * SECONDS
    limit = count / fastest["decode"]["cpu"]
    peaks = {name: run["peak"] for name, run in fastest.items()}
    return [
        Speed(LIMIT, limit, limit, peaks["decode"], "limit"),
        *(
            Speed(NAMES[name], count / fastest[name]["cpu"], limit, peaks[name], NOTES[name])
            for name in ENGINES[1:]
        ),
        minimal_speed(home, log),
    ]


def minimal_speed(home: Path, log: Log) -> Speed:
    """Measure the aggregator on transactions of four fields, which are the fastest to decode."""
    folder = home / "minimal"
    stream.write(folder, RATE, SECONDS, minimal=True)
    runs = []
    for turn in range(ROUNDS):
        log(f"minimal transactions, {turn + 1} of {ROUNDS}")
        runs.append([run_alone(TASKS, name, folder) for name in ("decode", "aggregator")])
    decode, aggregator = (min((run[k] for run in runs), key=_cpu) for k in (0, 1))
    count = RATE * SECONDS
    limit = count / decode["cpu"]
    name = "aggregator, minimal transactions"
    note = f"hash, time, fee and size only; its limit: {limit:,.0f}"
    return Speed(name, count / aggregator["cpu"], limit, aggregator["peak"], note)


def _cpu(run: dict[str, Any]) -> float:
    return float(run["cpu"])


def poller_speed(home: Path, log: Log) -> Speed:
    """Measure a replay of a file: all of the poller except the network."""
    file = home / "recorded.jsonl.gz"
    file.write_bytes(gzip.compress("\n".join(stream.transactions(RATE, SECONDS)).encode(), 6))
    log("poller")
    runs = [
        (run_alone(TASKS, "decode_lines", file)["cpu"], run_alone(TASKS, "poller", file))
        for _ in range(ROUNDS)
    ]
    limit = RATE * SECONDS / min(decode for decode, _ in runs)
    fastest = min((run for _, run in runs), key=_cpu)
    speed = fastest["published"] / fastest["cpu"]
    note = f"{fastest['requests']} PutEvents, up to the network; limit: its own lines"
    return Speed("poller, from a recorded file", speed, limit, fastest["peak"], note)


def flink_speed(home: Path, log: Log) -> tuple[Speed, float]:
    """Measure the job without its start -> its speed, and firings per minute."""
    name = "Flink job, without its start"
    if not flink.installed():
        return Speed(name, 0, 0, 0, flink.NOT_MEASURED), 1.0
    folder = home / "flink"
    stream.write(folder, FLINK_RATE, FLINK_SECONDS)
    limit = FLINK_RATE * FLINK_SECONDS / run_alone(TASKS, "decode", folder)["cpu"]
    log("Flink job on one event (a minute)")
    start = run_alone("benchmarks.ingestion.flink", folder, 1)
    log("Flink job on the stream (some minutes)")
    job = run_alone("benchmarks.ingestion.flink", folder, 0)
    check_equal("flink", job["minutes"], run_alone(TASKS, "aggregator", folder)["minutes"])
    first = sum(int(row[0]) for row in start["minutes"].values())
    speed = (FLINK_RATE * FLINK_SECONDS - first) / (job["cpu"] - start["cpu"])
    note = f"rows equal; its start: {start['cpu']:.0f} CPU s; MB of Java or Python"
    return Speed(name, speed, limit, job["peak"], note), job["firings"]


def check_equal(name: str, rows: dict[str, list[str]], expected: dict[str, list[str]]) -> None:
    """Raise UnequalError if the rows are not those of the aggregator."""
    if rows != expected:
        raise UnequalError(f"{name}: got {rows}, expected {expected}")
