"""Peak memory with ten times the stream: whether memory is constant."""

import gzip
from pathlib import Path

from benchmarks.ingestion import stream
from benchmarks.ingestion.speeds import TASKS, Log
from benchmarks.measure import run_alone

# The bounded caches are full in both runs: parts in the aggregator, hashes in the poller.
RATE, SECONDS, FACTOR = 400, 300, 10
MAX_HASHES = 10_000


def ratios(home: Path, log: Log) -> dict[str, float]:
    """Return the peaks (MB) of the long runs, and relative to the short runs."""
    folder = home / "long"
    log("memory of the aggregator")
    stream.write(folder, RATE, SECONDS * FACTOR)
    objects = len(list(folder.glob("*.gz")))
    short, long = (
        run_alone(TASKS, "aggregator", folder, 0, count)["peak"]
        for count in (objects // FACTOR, objects)
    )
    log("memory of the poller")
    poller = []
    for factor in (1, FACTOR):
        file = home / f"{factor}.jsonl.gz"
        text = "\n".join(stream.transactions(RATE, SECONDS * factor))
        file.write_bytes(gzip.compress(text.encode(), 1))
        poller.append(run_alone(TASKS, "poller", file, MAX_HASHES)["peak"])
    return {
        "aggregator_mb": long,
        "aggregator_memory": long / short,
        "poller_mb": poller[1],
        "poller_memory": poller[1] / poller[0],
    }
