"""`evergreen backfill`: makes the rows of a range anew from the archive, past the bus."""

import argparse
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cli.commands.outcome import Outcome
from cli.commands.span import Span, add_span
from cli.connection import Connection
from cli.errors import CommandError
from cli.progress import Progress
from cli.reads import archive
from cli.reads.aws import Json, bucket, iso

AT_ONCE = 4  # objects in the aggregator's hands


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "backfill", parents=[common], help="③ archive → rows: rebuild a range"
    )
    add_span(parser)
    parser.set_defaults(run=run)


def run(connection: Connection, given: argparse.Namespace) -> Outcome:
    """Hand every object of the range to the aggregator, which makes its minutes anew."""
    span, clients, prefix = Span.of(given), connection.clients, connection.prefix
    s3, place = clients("s3"), bucket(clients, prefix)
    function = f"{prefix}-window-aggregator"
    keys = list(archive.keys(s3, place, archive.RAW, span.since - archive.AHEAD, span.read_to))
    progress = Progress(s3, place, f"backfill-{span.name}", keys, quiet=given.json)

    def aggregate(key: str) -> Json | None:
        """Return the key and, when it could not be done, why; None when it has no such minute."""
        found = archive.load(s3, place, [key])
        try:
            times = [one["time"] for event in found for one in archive.transactions(event)[0]]
        except CommandError as error:
            return {"key": key, "failure": str(error)}
        if not any(map(span.holds, times)):
            return None
        event = {
            "source": "evergreen.cli",
            "time": iso(connection.now),
            "detail": {"bucket": {"name": place}, "object": {"key": key}},
        }
        answer = clients("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
        said = json.loads(answer["Payload"].read())
        return {"key": key, "failure": said["errorMessage"] if "FunctionError" in answer else None}

    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = [one for some in progress.left() for one in pool.map(aggregate, some) if one]
    failed = [one for one in results if one["failure"]]
    done = len(results) - len(failed)
    document = {"objects": done, "failed": failed, "resumed": progress.resumed}
    lines = [f"③ the minutes of {done:,} archived objects were made anew"]
    lines += [f"failed: {one['key']}: {one['failure']}" for one in failed]
    return Outcome(document, "\n".join(lines), 1 if failed else 0)
