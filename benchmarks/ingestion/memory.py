"""Whether memory stays flat as the stream grows: peaks of one process, ten times the work."""

import gzip
from pathlib import Path

from benchmarks.ingestion import stream
from benchmarks.ingestion.speeds import WORK, Say
from benchmarks.measure import alone

# What is bounded is full in both runs: the parts that the aggregator keeps in memory, and the
# hashes that the poller remembers.
RATE, SECONDS, TIMES = 400, 300, 10
REMEMBERED = 10_000


def ratios(home: Path, say: Say) -> dict[str, float]:
    """Return the peak of the long run relative to that of the short one."""
    folder = home / "long"
    say("memory of the aggregator")
    stream.write(folder, RATE, SECONDS * TIMES)
    objects = len(list(folder.glob("*.gz")))
    short, long = (
        alone(WORK, "aggregator", folder, 0, most)["peak"] for most in (objects // TIMES, objects)
    )
    say("memory of the poller")
    of_poller = []
    for times in (1, TIMES):
        file = home / f"{times}.jsonl.gz"
        text = "\n".join(stream.transactions(RATE, SECONDS * times))
        file.write_bytes(gzip.compress(text.encode(), 1))
        of_poller.append(alone(WORK, "poller", file, REMEMBERED)["peak"])
    return {
        "aggregator_mb": long,
        "aggregator_memory": long / short,
        "poller_mb": of_poller[1],
        "poller_memory": of_poller[1] / of_poller[0],
    }
