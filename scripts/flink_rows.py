"""Compare the rows of both engines for one file (`make flink-rows FILE=…`).

The poller converts the file (as for SOURCE=replay) to events; the Flink job on its local cluster
and the code of `window_aggregator` compute rows from them. The output accounts for every
transaction and lists differing rows. Exit code 1 if anything is unexplained.
"""

import argparse
import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from poller import batching
from poller.deduplication import Deduplication
from poller.sources import replay
from scripts.flink_local import PYTHON, Job
from streaming import queries, transactions
from window_aggregator import feature_record, raw_object
from window_aggregator.minute_set import MinuteSet, minute_set

Rows = dict[str, dict[str, str]]


def main() -> int:
    """Run both engines and print the comparison."""
    parser = argparse.ArgumentParser(prog="flink-rows", description=__doc__.split("\n")[0])
    parser.add_argument("file", help="transactions, one per line, gzip or not")
    file = parser.parse_args().file
    if not PYTHON.is_file():
        print(f"{PYTHON} is missing: run `make flink-setup` first.", file=sys.stderr)
        return 2
    try:
        lines, rejected = events(file)
    except replay.SourceError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{file}: {len(lines):,} events, {rejected:,} rejected lines", flush=True)
    minutes = read(lines)
    expected = {minute: _record(minute, values) for minute, values in minutes.items()}
    print("running Flink (a minute or more) …", flush=True)
    with TemporaryDirectory(prefix="flink-rows-") as folder:
        job = Job(Path(folder) / "job", PYTHON)
        job.feed("all", lines)
        with job.running() as process:
            job.finish(process)
        written, letters = job.written("minutes"), job.written("dead-letters")
    return report(minutes, expected, latest(written), letters)


def events(file: str) -> tuple[list[str], int]:
    """Convert a file to archived events as the poller does; also return the rejected lines."""
    deduplication, found, rejected = Deduplication(), [], 0
    for poll in replay.polls(file, 10, int(time.time())):
        rejected += len(poll.rejected)
        texts = [item.text for item in deduplication.new(poll.transactions)]
        sent = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(poll.time))
        found += [
            f'{{"time":"{sent}","detail":{entry.detail}}}' for entry in batching.entries(texts)
        ]
    return found, rejected


def read(lines: list[str]) -> dict[str, MinuteSet]:
    """Return the set of each minute, read as `window_aggregator` reads an object."""
    found = raw_object.parse(gzip.compress("\n".join(lines).encode(), 1))
    return {minute: minute_set(*columns) for minute, columns in found.minutes.items()}


def latest(written: list[dict[str, str]]) -> Rows:
    """Return each minute's row with the latest event time, as Feature Store does."""
    in_order = sorted(written, key=lambda row: row["event_time"])
    return {row["tx_minute"]: row for row in in_order}


def report(
    minutes: Mapping[str, MinuteSet], expected: Rows, found: Rows, letters: list[dict[str, str]]
) -> int:
    """Print the comparison; return 1 if a difference has no dead letter that explains it."""
    late = Counter(_minute(letter) for letter in letters if letter["reason"] == transactions.LATE)
    too_large = {_minute(letter) for letter in letters if letter["reason"] == queries.TOO_LARGE}
    differing = list(_differing(expected, found))
    explained = [minute for minute in differing if minute in late or minute in too_large]
    for name, count in (
        ("distinct transactions", sum(len(dict(values)) for values in minutes.values())),
        ("in Flink's rows", sum(int(row["total_nb_trx_1min"]) for row in found.values())),
        ("dead letters: " + transactions.LATE, late.total()),
        ("dead letters: other reasons", len(letters) - late.total()),
        ("minutes", len(expected)),
        ("rows equal to the last bit", len(expected) - len(differing)),
        ("rows that a dead letter explains", len(explained)),
        ("rows unexplained", len(differing) - len(explained)),
    ):
        print(f"{name:<48}{count:>12,}")
    unexplained = [minute for minute in differing if minute not in explained]
    for minute in unexplained[:10]:
        print(f"{minute}: Lambda {expected.get(minute)}, Flink {found.get(minute)}")
    return 1 if unexplained else 0


def _minute(letter: dict[str, str]) -> str:
    record = json.loads(letter["record"])
    if letter["reason"] == queries.TOO_LARGE:
        return str(record["tx_minute"])
    return time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime(record["time"]))


def _differing(expected: Rows, found: Rows) -> Iterator[str]:
    for minute in sorted(expected.keys() | found.keys()):
        one, other = expected.get(minute, {}), found.get(minute, {})
        # Above this number of transactions the engines version their rows differently.
        crowded = int(one.get("total_nb_trx_1min", 0)) > queries.MAX_COUNTED
        names = [name for name in {**one, **other} if not (crowded and name == "event_time")]
        if any(one.get(name) != _text(other.get(name)) for name in names):
            yield minute


def _record(minute: str, members: MinuteSet) -> dict[str, str]:
    return {
        one["FeatureName"]: one["ValueAsString"] for one in feature_record.record(minute, members)
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else repr(value)


if __name__ == "__main__":
    sys.exit(main())
