"""`evergreen replay`: send the archived transactions of a range through the bus again."""

import json
from threading import Event

from cli.app import command
from cli.aws import Json
from cli.checkpoint import Checkpoint
from cli.connection import Connection
from cli.queries.archive import transactions
from cli.queries.archive_objects import load, raw_keys
from cli.result import Result
from cli.time_range import ONE_DAY, End, Late, Start, TimeRange
from common.times import parse
from poller.batching import RECEIVED, Entry, entries


@command(
    "replay",
    "② ③ Archive to bus: repeat everything behind the bus.",
    changes=True,
    resumable=True,
)
def replay(connection: Connection, start: Start, end: End, late: Late = ONE_DAY) -> Result:
    """Publish every event again with its original time, marked as a replay; rows do not change."""
    from poller.publisher import Publisher  # noqa: PLC0415 - its imports take 0.1 s

    time_range = TimeRange(start, end)
    s3, bucket = connection.clients("s3"), connection.outputs.bucket_name
    name = f"replay-{time_range.name}"
    publisher = Publisher(connection.clients("events"), connection.outputs.bus_name, Event())
    checkpoint = Checkpoint(s3, bucket, name)
    unreadable: list[str] = []
    events = count = 0
    for keys in checkpoint.batches(raw_keys(connection, time_range, late)):
        for event in load(s3, bucket, keys, unreadable):
            if repeated := replayed(event, time_range, name):
                publisher.publish(repeated, int(parse(event["time"]).timestamp()))
                events += 1
                count += sum(len(entry.texts) for entry in repeated)
    document = {
        "name": name,
        "events": events,
        "transactions": count,
        "resumed": checkpoint.resumed,
        "unreadable_objects": unreadable,
    }
    text = f"② {count:,} transactions in {events:,} events were published again"
    if unreadable:
        text += f"\nskipped, not readable: {', '.join(unreadable)}"
    return Result(document, text, 1 if unreadable else 0)


def replayed(event: Json, time_range: TimeRange, name: str) -> list[Entry]:
    """Return the entries, usually one, that repeat the part of an event in the range.

    Replays are skipped, because their originals are in the archive as well.
    """
    chosen = [t for t in transactions(event)[0] if time_range.contains(t["time"])]
    if not chosen or "replay" in event["detail"]:
        return []
    texts = [json.dumps(transaction, separators=(",", ":")) for transaction in chosen]
    return list(entries(texts, RECEIVED, replay=name))
