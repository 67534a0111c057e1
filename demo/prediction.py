"""A forecast through the HTTP API, as a client gets it."""

from typing import Any

from cli.connection import Connection
from cli.queries.apis import find_api
from cli.queries.services import endpoints
from cli.traffic.client import Client
from common.inference_ids import SMOKE_TEST

INFERENCE_ID = f"{SMOKE_TEST}demo"  # nobody writes its ground truth


def ask(connection: Connection) -> dict[str, Any] | None:
    """Request the next minutes of the stream from production; None if nothing is deployed there.

    The clock must not have passed the newest features by more than a forecast covers.
    """
    if not any(row["stage"] == "production" and row["status"] for row in endpoints(connection)):
        return None
    client = Client.of(connection, find_api(connection, None))
    health = client.call("/health", inference_id=INFERENCE_ID)
    answer = client.call("/forecast", inference_id=INFERENCE_ID)
    if answer.status != 200:
        return {"status": answer.status, "detail": answer.document.get("detail")}
    return {"status": answer.status, "version": health.document.get("version"), **answer.document}
