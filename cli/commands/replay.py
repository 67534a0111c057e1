"""`evergreen replay`: sends the archived transactions of a range through the bus once more."""

import argparse
import json
from datetime import datetime
from threading import Event
from typing import Any

from cli.commands.outcome import Outcome
from cli.commands.span import Span, add_span
from cli.connection import Connection
from cli.progress import Progress
from cli.reads import archive
from cli.reads.aws import Json, bucket
from poller.batching import RECEIVED, Entry
from poller.publisher import Publisher


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "replay", parents=[common], help="②–③ archive → bus: everything behind it happens again"
    )
    add_span(parser)
    parser.set_defaults(run=run)


def run(connection: Connection, given: argparse.Namespace) -> Outcome:
    """Publish every event again, marked, with its own time; rows stay what they are."""
    span, clients, prefix = Span.of(given), connection.clients, connection.prefix
    s3, place, name = clients("s3"), bucket(clients, prefix), f"replay-{span.name}"
    publisher = Publisher(clients("events"), prefix, Event())
    keys = list(archive.keys(s3, place, archive.RAW, span.since - archive.AHEAD, span.read_to))
    progress = Progress(s3, place, name, keys, quiet=given.json)
    unreadable: list[str] = []
    events = transactions = 0
    for some in progress.left():
        for event in archive.load(s3, place, some, unreadable):
            if (entry := again(event, span, name)) is not None:
                publisher.publish([entry], int(datetime.fromisoformat(event["time"]).timestamp()))
                events += 1
                transactions += entry.count
    document = {
        "name": name,
        "events": events,
        "transactions": transactions,
        "resumed": progress.resumed,
        "unreadable_objects": unreadable,
    }
    text = f"② {transactions:,} transactions in {events:,} events went through the bus again"
    if unreadable:
        text += f"\nnot readable, left out: {', '.join(unreadable)}"
    return Outcome(document, text, 1 if unreadable else 0)


def again(event: Json, span: Span, name: str) -> Entry | None:
    """Return the entry that repeats an event's part of the range; None if it has none.

    What is a replay itself is not replayed: its original is in the archive, too.
    """
    chosen = [one for one in archive.transactions(event)[0] if span.holds(one["time"])]
    if not chosen or "replay" in event["detail"]:
        return None
    detail = event["detail"]
    text = json.dumps(detail | {"transactions": chosen, "replay": name}, separators=(",", ":"))
    return Entry(RECEIVED[0], text, len(chosen))
