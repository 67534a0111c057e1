"""`evergreen traffic`: client requests drawn from the data, and later their ground truth."""

import time
import uuid
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.app import command, group, positive
from cli.connection import Connection
from cli.errors import CommandError
from cli.queries.apis import find_api
from cli.result import Result
from cli.terminal import sections
from cli.time_range import parse_time
from cli.traffic import log
from cli.traffic.run import drawn, send_all, statuses, write_truth

traffic = group("traffic", "Client requests to the HTTP API, and their ground truth.")
Model = Annotated[str | None, typer.Option(help="Model; default: the only one with an API.")]
Count = Annotated[int, typer.Option(parser=positive, metavar="N", help="Requests.")]
At = Annotated[
    datetime | None,
    typer.Option(parser=parse_time, metavar="TIME", help="End of the newest history; now."),
]
Minutes = Annotated[int, typer.Option(parser=positive, metavar="N", help="Minutes of a history.")]
Data = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="CSV with a header, for models that take rows."),
]
Seed = Annotated[int, typer.Option(help="Of the order of rows.")]
Delay = Annotated[
    float | None,
    typer.Option("--truth-delay", metavar="SECONDS", help="Then wait, and write ground truth."),
]
Log = Annotated[
    Path, typer.Option("--log", metavar="FILE", help="Log of the run, for its ground truth.")
]


@command("send", "Send requests drawn from the data, each with an inference id.", of=traffic)
def send(
    connection: Connection,
    log_file: Log = Path("traffic.jsonl"),
    model: Model = None,
    count: Count = 20,
    at: At = None,
    minutes: Minutes = 60,
    data: Data = None,
    seed: Seed = 0,
    truth_delay: Delay = None,
) -> Result:
    """Send the requests one after the other, and write the log of the run."""
    if log_file.exists():
        raise CommandError(f"--log: {log_file} exists already: name another file", 2)
    api = find_api(connection, model)
    wanted = drawn(connection, api, count, at or connection.now, minutes, data, seed)
    run = uuid.uuid4().hex[:8]
    sent = send_all(connection, api, run, wanted)
    log.write(log_file, sent)
    document: dict[str, Any] = {"run": run, "log": str(log_file), "statuses": statuses(sent)}
    if truth_delay is not None:
        time.sleep(truth_delay)
        document |= write_truth(connection, api, sent)
    refused = sum(request.status >= 400 for request in sent)
    return Result(document, sections(_text(document)), 1 if refused else 0)


@command("truth", "Write the ground truth of an earlier run, as far as it is known.", of=traffic)
def truth(
    connection: Connection, log_file: Log = Path("traffic.jsonl"), model: Model = None
) -> Result:
    """Write the ground truth; repeated, it adds what has become known."""
    document = write_truth(connection, find_api(connection, model), log.read(log_file))
    return Result(document, sections(_text(document)))


def _text(document: dict[str, Any]) -> str:
    lines = []
    if "run" in document:
        counts = ", ".join(f"{n} with {status}" for status, n in document["statuses"].items())
        lines.append(f"run {document['run']}: {counts}; log {document['log']}")
    if "records" in document:
        lines.append(f"ground truth: {document['records']} records, {document['waiting']} later")
    return "\n".join(lines)
