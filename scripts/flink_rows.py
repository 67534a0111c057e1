"""Both engines on one file: `python -m scripts.flink_rows FILE` (`make flink-rows FILE=…`).

The file (as for SOURCE=replay) is laid into events by the poller; then the Flink job on its local
cluster and `window_aggregator`'s own code make rows of them. Told is for every transaction where
it went, and where rows differ. Exit code 1 if anything is unexplained.
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
from poller.seen import Seen
from poller.sources import replay
from scripts.flink_local import PYTHON, Job
from streaming import queries
from window_aggregator import feature_record, raw_object
from window_aggregator.minute_set import MinuteSet, minute_set

Rows = dict[str, dict[str, str]]


def main() -> int:
    """Run both, compare, print."""
    parser = argparse.ArgumentParser(prog="flink-rows", description=__doc__.split("\n")[0])
    parser.add_argument("file", help="transactions, one a line; gzip or not")
    place = parser.parse_args().file
    if not PYTHON.is_file():
        print(f"{PYTHON} is missing: run `make flink-setup` first.", file=sys.stderr)
        return 2
    try:
        lines, refused = events(place)
    except replay.SourceError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{place}: {len(lines):,} events, {refused:,} lines set aside", flush=True)
    minutes = read(lines)
    theirs = {minute: _record(minute, said) for minute, said in minutes.items()}
    print("Flink runs (a minute or more) …", flush=True)
    with TemporaryDirectory(prefix="flink-rows-") as folder:
        job = Job(Path(folder) / "job", PYTHON)
        job.feed("all", lines)
        with job.running() as process:
            job.finish(process)
        written, letters = job.written("minutes"), job.written("dead-letters")
    return report(minutes, theirs, latest(written), letters)


def events(place: str) -> tuple[list[str], int]:
    """Lay a file into events as the poller does -> lines of the archive, lines refused."""
    seen, found, refused = Seen(), [], 0
    for poll in replay.polls(place, 10, int(time.time())):
        refused += len(poll.rejected)
        texts = [one.text for one in seen.fresh(poll.transactions)]
        sent = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(poll.time))
        found += [
            f'{{"time":"{sent}","detail":{entry.detail}}}' for entry in batching.entries(texts)
        ]
    return found, refused


def read(lines: list[str]) -> dict[str, MinuteSet]:
    """Read events as `window_aggregator` reads an object -> the set of each minute."""
    found = raw_object.parse(gzip.compress("\n".join(lines).encode(), 1))
    return {minute: minute_set(*columns) for minute, columns in found.minutes.items()}


def latest(written: list[dict[str, str]]) -> Rows:
    """Keep of each minute the row that Feature Store would keep: that of the latest event time."""
    in_order = sorted(written, key=lambda row: row["event_time"])
    return {row["tx_minute"]: row for row in in_order}


def report(
    minutes: Mapping[str, MinuteSet], theirs: Rows, ours: Rows, letters: list[dict[str, str]]
) -> int:
    """Print where everything is -> 1 if a row differs that no dead letter explains, else 0."""
    late = Counter(_minute(one) for one in letters if one["reason"] == queries.LATE)
    too_much = {_minute(one) for one in letters if one["reason"] == queries.TOO_MUCH}
    differing = list(_differing(theirs, ours))
    explained = [minute for minute in differing if minute in late or minute in too_much]
    for name, count in (
        ("distinct transactions", sum(len(dict(said)) for said in minutes.values())),
        ("in Flink's rows", sum(int(row["total_nb_trx_1min"]) for row in ours.values())),
        ("dead letters: " + queries.LATE, late.total()),
        ("dead letters: other reasons", len(letters) - late.total()),
        ("minutes", len(theirs)),
        ("rows equal to the last bit", len(theirs) - len(differing)),
        ("rows short of what is a dead letter", len(explained)),
        ("rows unexplained", len(differing) - len(explained)),
    ):
        print(f"{name:<48}{count:>12,}")
    unexplained = [minute for minute in differing if minute not in explained]
    for minute in unexplained[:10]:
        print(f"{minute}: Lambda {theirs.get(minute)}, Flink {ours.get(minute)}")
    return 1 if unexplained else 0


def _minute(letter: dict[str, str]) -> str:
    record = json.loads(letter["record"])
    if letter["reason"] == queries.TOO_MUCH:
        return str(record["tx_minute"])
    return time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime(record["time"]))


def _differing(theirs: Rows, ours: Rows) -> Iterator[str]:
    for minute in sorted(theirs.keys() | ours.keys()):
        one, other = theirs.get(minute, {}), ours.get(minute, {})
        # Beyond what is told apart by number, each engine has versions of its own.
        crowded = int(one.get("total_nb_trx_1min", 0)) > queries.COUNTED
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
