"""`evergreen traffic`: client requests drawn from the data, and later their ground truth."""

import json
import time
import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.app import command, group, positive
from cli.connection import Connection
from cli.console import note, sections
from cli.errors import CommandError
from cli.queries.apis import Api, find_api
from cli.queries.online_rows import online_rows
from cli.result import Result
from cli.time_range import parse_time
from cli.traffic import ground_truth, log, requests
from cli.traffic.client import Answer, Client
from cli.traffic.requests import Drawn, Sent
from common import feature_rows, times

RECORDS = Path(__file__).resolve().parents[2] / "sagemaker_pipelines"

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
    record = _record(api)
    if record.get("format") == "deepar":
        drawn = _histories(connection, at or connection.now, minutes, count)
    elif data is None:
        raise CommandError(f"--data: {api.model} takes rows: name a CSV file with a header", 2)
    else:
        drawn = requests.rows(data.read_text(), record, count, seed)
    run = uuid.uuid4().hex[:8]
    sent = _send(Client.of(connection, api), connection, run, drawn)
    log.write(log_file, sent)
    document: dict[str, Any] = {"run": run, "log": str(log_file), "statuses": _statuses(sent)}
    if truth_delay is not None:
        time.sleep(truth_delay)
        document |= _write_truth(connection, api, sent)
    refused = sum(request.status >= 400 for request in sent)
    return Result(document, sections(_text(document)), 1 if refused else 0)


@command("truth", "Write the ground truth of an earlier run, as far as it is known.", of=traffic)
def truth(
    connection: Connection, log_file: Log = Path("traffic.jsonl"), model: Model = None
) -> Result:
    """Write the ground truth; repeated, it adds what has become known."""
    document = _write_truth(connection, find_api(connection, model), log.read(log_file))
    return Result(document, sections(_text(document)))


def _record(api: Api) -> dict[str, Any]:
    file = RECORDS / api.model.replace("-", "_") / "record.json"
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def _histories(connection: Connection, at: datetime, minutes: int, count: int) -> Iterable[Drawn]:
    first = times.floor_minute(at) - (minutes + count) * times.MINUTE
    fees = _fees(connection, times.minutes(first, minutes + count))
    return requests.histories(fees, at, minutes, count)


def _now(connection: Connection) -> datetime:
    """Return the present time; the local AWS has a clock of its own."""
    return connection.now if connection.target.is_local else datetime.now(UTC)


def _fees(connection: Connection, minutes: list[str]) -> dict[str, float | None]:
    rows = online_rows(connection, minutes)
    return {name: feature_rows.number(row, feature_rows.AVERAGE_FEE) for name, row in rows.items()}


def _send(client: Client, connection: Connection, run: str, drawn: Iterable[Drawn]) -> list[Sent]:
    found = []
    for number, request in enumerate(drawn):
        inference_id = f"traffic-{run}-{number}"
        answer = client.call("/stream", request.body, inference_id)
        found.append(_sent(inference_id, times.iso(_now(connection)), request, answer))
    if not found:
        raise CommandError("the feature store has no minute of these histories")
    return found


def _sent(inference_id: str, now: str, request: Drawn, answer: Answer) -> Sent:
    detail = answer.document.get("detail") if answer.status >= 400 else None
    length = 0
    if request.first_minute is not None and answer.status == 200:
        length = len(answer.document["predictions"][0].get("mean", []))
    return Sent(
        inference_id, now, answer.status, request.truth, request.first_minute, length, detail
    )


def _write_truth(connection: Connection, api: Api, sent: list[Sent]) -> dict[str, Any]:
    answered = [request for request in sent if request.status == 200]
    fees = _fees(connection, requests.minutes_of(answered))
    found = {request.inference_id: requests.forecast_truth(request, fees) for request in answered}
    truths = {name: text for name, text in found.items() if text is not None}
    described = connection.clients("sagemaker").describe_endpoint(EndpointName=api.endpoint)
    place = f"{api.endpoint}/{described['ProductionVariants'][0]['VariantName']}"
    run = sent[0].inference_id.split("-")[1] if sent else ""
    key = ground_truth.key(run, place, _now(connection))
    if truths:
        connection.clients("s3").put_object(
            Bucket=connection.outputs.bucket_name,
            Key=key,
            Body=ground_truth.records(truths).encode(),
        )
    waiting = len(answered) - len(truths)
    if waiting:
        note(f"{waiting} requests have no ground truth yet: evergreen traffic truth later")
    return {"records": len(truths), "waiting": waiting, "key": key if truths else None}


def _statuses(sent: list[Sent]) -> dict[str, int]:
    return {str(status): n for status, n in sorted(Counter(s.status for s in sent).items())}


def _text(document: dict[str, Any]) -> str:
    lines = []
    if "run" in document:
        counts = ", ".join(f"{n} with {status}" for status, n in document["statuses"].items())
        lines.append(f"run {document['run']}: {counts}; log {document['log']}")
    if "records" in document:
        lines.append(f"ground truth: {document['records']} records, {document['waiting']} later")
    return "\n".join(lines)
