"""A run of traffic: draw requests from the data, send them, and write their ground truth."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cli.connection import Connection
from cli.errors import CommandError
from cli.queries.apis import Api
from cli.queries.online_rows import online_rows
from cli.terminal import note
from cli.traffic import ground_truth, requests
from cli.traffic.client import Answer, Client
from cli.traffic.requests import Drawn, Sent
from common import feature_rows, times

RECORDS = Path(__file__).resolve().parents[2] / "sagemaker_pipelines"


def drawn(
    connection: Connection,
    api: Api,
    count: int,
    at: datetime,
    minutes: int,
    data: Path | None,
    seed: int,
) -> Iterable[Drawn]:
    """Draw requests for a model: histories before a time, or rows of a CSV file.

    Raises CommandError.
    """
    record = json.loads((RECORDS / api.model.replace("-", "_") / "record.json").read_text())
    if record.get("format") == "deepar":
        first = times.floor_minute(at) - (minutes + count) * times.MINUTE
        fees = _fees(connection, times.minutes(first, minutes + count))
        return requests.histories(fees, at, minutes, count)
    if data is None:
        raise CommandError(f"--data: {api.model} takes rows: name a CSV file with a header", 2)
    try:
        return requests.rows(data.read_text(encoding="utf-8-sig"), record, count, seed)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--data: {error}", 2) from error


def send_all(connection: Connection, api: Api, run: str, wanted: Iterable[Drawn]) -> list[Sent]:
    """Send requests one after the other; CommandError if there are none."""
    client, found = Client.of(connection, api), []
    for number, request in enumerate(wanted):
        inference_id = f"traffic-{run}-{number}"
        answer = client.call("/stream", request.body, inference_id)
        found.append(_sent(inference_id, times.iso(_now(connection)), request, answer))
    if not found:
        raise CommandError("nothing to send: the data have no row or minute of these requests")
    return found


def write_truth(connection: Connection, api: Api, sent: list[Sent]) -> dict[str, Any]:
    """Write the ground truth of answered requests, as far as it is known -> what was written."""
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


def statuses(sent: list[Sent]) -> dict[str, int]:
    """Return how many requests were answered with each status."""
    counted = Counter(request.status for request in sent)
    return {str(status): number for status, number in sorted(counted.items())}


def _now(connection: Connection) -> datetime:
    """Return the present time; the local AWS has a clock of its own."""
    return connection.now if connection.target.is_local else datetime.now(UTC)


def _fees(connection: Connection, minutes: list[str]) -> dict[str, float | None]:
    if not minutes:  # of rows: a tabular model has no store
        return {}
    rows = online_rows(connection, minutes)
    return {name: feature_rows.number(row, feature_rows.AVERAGE_FEE) for name, row in rows.items()}


def _sent(inference_id: str, now: str, request: Drawn, answer: Answer) -> Sent:
    detail = answer.document.get("detail") if answer.status >= 400 else None
    length = 0
    if request.first_minute is not None and answer.status == 200:
        length = len(answer.document["predictions"][0].get("mean", []))
    return Sent(
        inference_id, now, answer.status, request.truth, request.first_minute, length, detail
    )
