"""Events a CPU second: aggregator, poller, Flink job and peers, each beside its limit."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.ingestion import flink, stream
from benchmarks.measure import alone

WORK = "benchmarks.ingestion.work"
RATE, SECONDS = 1_000, 120  # of the stream that all but Flink are given
FLINK_RATE, FLINK_SECONDS = 100, 1_200  # long enough that Java has compiled what is hot
ROUNDS = 3  # in turn; the least CPU time counts, the others were disturbed
ENGINES = ("decode", "aggregator", "pandas", "duckdb")
LIMIT = "gunzip and json.loads of each line alone"
NAMES = {
    "aggregator": "aggregator: handler, part, union, row",
    "pandas": "pandas after json.loads",
    "duckdb": "DuckDB, one thread",
}

Say = Callable[[str], None]


class UnequalError(AssertionError):
    """Two engines made different rows of the same objects."""


@dataclass(frozen=True, slots=True)
class Speed:
    """What one contender did; its limit is the decoding of the same bytes."""

    name: str
    events: float  # a CPU second
    limit: float
    peak_mb: float
    note: str = ""

    def row(self) -> list[object]:
        """Return it as a line of the table."""
        share = self.events / self.limit if self.limit else "-"
        return [self.name, self.events or "-", share, self.peak_mb or "-", self.note]


def engines(home: Path, say: Say) -> list[Speed]:
    """Give aggregator and peers the same objects, and hold their rows to be equal."""
    folder = home / "stream"
    stream.write(folder, RATE, SECONDS)
    least: dict[str, dict[str, Any]] = {}
    for turn in range(ROUNDS):
        for name in ENGINES:
            say(f"{name}, {turn + 1} of {ROUNDS}")
            found = alone(WORK, name, folder)
            if name not in least or found["cpu"] < least[name]["cpu"]:
                least[name] = found
    ours = least["aggregator"]
    for name in ("pandas", "duckdb"):
        equal(name, least[name]["minutes"], ours["minutes"])
    count = RATE * SECONDS
    limit = count / least["decode"]["cpu"]
    notes = {
        "aggregator": "warm, object after object",
        "pandas": "rows equal",
        "duckdb": "rows equal",
    }
    peaks = {name: one["peak"] for name, one in least.items()}
    return [
        Speed(LIMIT, limit, limit, peaks["decode"], "limit"),
        *(
            Speed(NAMES[name], count / least[name]["cpu"], limit, peaks[name], notes[name])
            for name in ENGINES[1:]
        ),
        bare(home, say),
    ]


def bare(home: Path, say: Say) -> Speed:
    """Let the aggregator read transactions of four members, which are decoded soonest."""
    folder = home / "bare"
    stream.write(folder, RATE, SECONDS, bare=True)
    runs = []
    for turn in range(ROUNDS):
        say(f"bare transactions, {turn + 1} of {ROUNDS}")
        runs.append([alone(WORK, name, folder) for name in ("decode", "aggregator")])
    decoded, ours = (min((run[k] for run in runs), key=_cpu) for k in (0, 1))
    count = RATE * SECONDS
    limit = count / decoded["cpu"]
    name = "aggregator, of bare transactions"
    note = f"hash, time, fee and size only; its limit: {limit:,.0f}"
    return Speed(name, count / ours["cpu"], limit, ours["peak"], note)


def _cpu(run: dict[str, Any]) -> float:
    return float(run["cpu"])


def poller(home: Path, say: Say) -> Speed:
    """Replay a file; all of the poller's path but the network."""
    file = home / "recorded.jsonl.gz"
    file.write_bytes(gzip.compress("\n".join(stream.transactions(RATE, SECONDS)).encode(), 6))
    say("poller")
    runs = [
        (alone(WORK, "decode_lines", file)["cpu"], alone(WORK, "poller", file))
        for _ in range(ROUNDS)
    ]
    limit = RATE * SECONDS / min(decoded for decoded, _ in runs)
    best = min((run for _, run in runs), key=_cpu)
    events = best["published"] / best["cpu"]
    note = f"{best['requests']} PutEvents, up to the network; limit: its own lines"
    return Speed("poller, from a recorded file", events, limit, best["peak"], note)


def of_flink(home: Path, say: Say) -> tuple[Speed, float]:
    """Run the job on one event and on all of a stream -> its speed between, firings a minute."""
    name = "Flink job, without its start"
    if not flink.installed():
        return Speed(name, 0, 0, 0, flink.HOW_TO), 1.0
    folder = home / "flink"
    stream.write(folder, FLINK_RATE, FLINK_SECONDS)
    limit = FLINK_RATE * FLINK_SECONDS / alone(WORK, "decode", folder)["cpu"]
    say("Flink job on one event (a minute)")
    start = alone("benchmarks.ingestion.flink", folder, 1)
    say("Flink job on the stream (some minutes)")
    job = alone("benchmarks.ingestion.flink", folder, 0)
    equal("flink", job["minutes"], alone(WORK, "aggregator", folder)["minutes"])
    first = sum(int(row[0]) for row in start["minutes"].values())
    events = (FLINK_RATE * FLINK_SECONDS - first) / (job["cpu"] - start["cpu"])
    note = f"rows equal; its start: {start['cpu']:.0f} CPU s; MB of Java or Python"
    return Speed(name, events, limit, job["peak"], note), job["firings"]


def equal(name: str, rows: dict[str, list[str]], ours: dict[str, list[str]]) -> None:
    """Raise UnequalError if rows differ: then there is nothing to compare."""
    if rows != ours:
        raise UnequalError(f"{name}: {rows}, aggregator: {ours}")
