"""Rows of the online store."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from cli.aws import Json
from cli.connection import Connection
from cli.errors import CommandError
from common.times import MINUTE, floor_minute, minutes

LOOK_BACK_MINUTES = 60
BATCH_SIZE, THREADS = 100, 4
MAX_ATTEMPTS = 5  # for the identifiers that a request leaves unprocessed


def freshness(connection: Connection) -> Json:
    """Return newest_minute, age_minutes, known (of 60), asked, transactions of the last hour."""
    this = floor_minute(connection.now)
    names = minutes(this - LOOK_BACK_MINUTES * MINUTE, LOOK_BACK_MINUTES)
    known = online_rows(connection, names)
    newest = max(known, default=None)
    age = None if newest is None else (this - datetime.fromisoformat(newest)) // MINUTE
    return {
        "newest_minute": newest,
        "age_minutes": age,
        "known": len(known),
        "asked": LOOK_BACK_MINUTES,
        "transactions": sum(int(float(row["total_nb_trx_1min"])) for row in known.values()),
    }


def online_rows(connection: Connection, names: list[str]) -> dict[str, Json]:
    """Return the rows (feature -> text) of the minutes (ISO) that have one, by minute."""
    store = connection.clients("sagemaker-featurestore-runtime")
    group = connection.outputs.feature_group_name
    batches = [names[n : n + BATCH_SIZE] for n in range(0, len(names), BATCH_SIZE)]
    found: dict[str, Json] = {}
    with ThreadPoolExecutor(THREADS) as pool:
        for rows in pool.map(lambda batch: _read(store, group, batch), batches):
            found |= rows
    return found


def _read(store: Any, group: str, names: list[str]) -> dict[str, Json]:
    found = {}
    pending = [{"FeatureGroupName": group, "RecordIdentifiersValueAsString": names}]
    for _ in range(MAX_ATTEMPTS):
        response = store.batch_get_record(Identifiers=pending)
        if errors := response.get("Errors"):
            raise CommandError(f"{group} cannot be read: {errors[0]['ErrorMessage']}")
        for record in response["Records"]:
            row = {part["FeatureName"]: part["ValueAsString"] for part in record["Record"]}
            found[row["tx_minute"]] = row
        if not (pending := response.get("UnprocessedIdentifiers") or []):
            return found
    raise CommandError(f"{group}: some of {len(names)} minutes stayed unprocessed: try again")
