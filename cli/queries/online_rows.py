"""How fresh the features are: the newest minute of the feature store's online side."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from cli.errors import CommandError
from cli.reads.aws import Clients, Json, absent, iso

LOOK_BACK_MINUTES = 60
BATCH, READERS = 100, 4
ATTEMPTS = 5  # at what a call leaves unprocessed


def freshness(clients: Clients, prefix: str, now: datetime) -> Json:
    """Look at the hour before `now` -> newest_minute, age_minutes, known (of 60), transactions."""
    this = now.replace(second=0, microsecond=0)
    asked = [iso(this - timedelta(minutes=k)) for k in range(1, LOOK_BACK_MINUTES + 1)]
    try:
        known = rows(clients, prefix, asked)
    except ClientError as error:
        if not absent(error):
            raise
        known = {}
    newest = max(known, default=None)
    age = (
        None if newest is None else (this - datetime.fromisoformat(newest)) // timedelta(minutes=1)
    )
    return {
        "newest_minute": newest,
        "age_minutes": age,
        "known": len(known),
        "asked": LOOK_BACK_MINUTES,
        "transactions": sum(int(float(row["total_nb_trx_1min"])) for row in known.values()),
    }


def rows(clients: Clients, prefix: str, minutes: list[str]) -> dict[str, Json]:
    """Return the rows (feature -> text) of those minutes (ISO) that have one, by minute."""
    store, group = clients("sagemaker-featurestore-runtime"), f"{prefix}-minutes"
    batches = [minutes[n : n + BATCH] for n in range(0, len(minutes), BATCH)]
    found: dict[str, Json] = {}
    with ThreadPoolExecutor(READERS) as pool:
        for batch in pool.map(lambda names: _batch(store, group, names), batches):
            found |= batch
    return found


def _batch(store: Any, group: str, names: list[str]) -> dict[str, Json]:
    found = {}
    waiting = [{"FeatureGroupName": group, "RecordIdentifiersValueAsString": names}]
    for _ in range(ATTEMPTS):
        answer = store.batch_get_record(Identifiers=waiting)
        if errors := answer.get("Errors"):
            raise CommandError(f"{group} cannot be read: {errors[0]['ErrorMessage']}")
        for record in answer["Records"]:
            row = {part["FeatureName"]: part["ValueAsString"] for part in record["Record"]}
            found[row["tx_minute"]] = row
        if not (waiting := answer.get("UnprocessedIdentifiers") or []):
            return found
    raise CommandError(f"{group} does not answer for all of {len(names)} minutes: try again")
