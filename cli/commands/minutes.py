"""`evergreen minutes`: the offline history of the features, now or as it was known at a time."""

import argparse
from datetime import UTC, datetime, timedelta
from typing import Any

from cli.commands.outcome import Outcome
from cli.connection import Connection
from cli.errors import CommandError
from cli.reads import history
from cli.reads.aws import iso
from cli.tables import table

HOUR = timedelta(hours=1)


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "minutes", parents=[common], help="③ rows of the offline store, as the training reads them"
    )
    add = parser.add_argument
    add("--from", dest="since", type=_time, help="first minute (default: an hour before --to)")
    add("--to", dest="until", type=_time, help="the minute after the last (default: now)")
    add("--as-of", type=_time, help="only what was known at this time")
    add("--group", help="feature group (default: <prefix>-minutes)")
    parser.set_defaults(run=run)


def run(connection: Connection, given: argparse.Namespace) -> Outcome:
    """Read the parquet files; what was written in the last minutes is only online yet."""
    end = given.until or connection.now
    first = given.since or end - HOUR
    if first >= end:
        raise CommandError(f"--from {iso(first)} is not before --to {iso(end)}", 2)
    group = given.group or f"{connection.prefix}-minutes"
    held = history.rows(connection.clients, group, first, end, given.as_of)
    rows = [{**row, "tx_minute": iso(row["tx_minute"])} for row in held.to_pylist()]
    shown = [tuple(row.values()) for row in rows]
    title = f"③ {group}: {len(rows)} minutes"
    return Outcome({"group": group, "minutes": rows}, table(title, shown, held.column_names))


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no ISO time") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
