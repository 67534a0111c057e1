"""Rows of the online store."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from cli.aws import Json
from cli.connection import Connection
from cli.errors import CommandError
from common.feature_rows import BATCH_SIZE, FeatureStoreError, Row, batch_get, number
from common.times import MINUTE, floor_minute, minutes

LOOK_BACK_MINUTES = 60
THREADS = 4


def freshness(connection: Connection) -> Json | None:
    """Return the newest minute and what is known of the last hour; None without a stream."""
    if connection.outputs.feature_group_name is None:
        return None
    now = floor_minute(connection.now)
    names = minutes(now - LOOK_BACK_MINUTES * MINUTE, LOOK_BACK_MINUTES)
    known = online_rows(connection, names)
    newest = max(known, default=None)
    age = None if newest is None else (now - datetime.fromisoformat(newest)) // MINUTE
    return {
        "newest_minute": newest,
        "age_minutes": age,
        "known": len(known),
        "requested": LOOK_BACK_MINUTES,
        "transactions": sum(map(transactions, known.values())),
    }


def transactions(row: Row) -> int:
    """Return the number of transactions of a row, 0 if it does not say."""
    return int(number(row, "total_nb_trx_1min") or 0)


def online_rows(connection: Connection, names: list[str]) -> dict[str, Row]:
    """Return the rows (feature -> text) of the minutes (ISO) that have one, by minute."""
    store = connection.clients("sagemaker-featurestore-runtime")
    group = connection.outputs.feature_group
    batches = [names[n : n + BATCH_SIZE] for n in range(0, len(names), BATCH_SIZE)]
    found: dict[str, Row] = {}
    with ThreadPoolExecutor(THREADS) as pool:
        try:
            for rows in pool.map(lambda batch: batch_get(store, group, batch), batches):
                found |= rows
        except FeatureStoreError as error:
            raise CommandError(f"cannot read feature group {error}") from error
    return found
