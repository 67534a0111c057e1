"""How fresh the features are: the newest minute of the feature store's online side."""

from datetime import datetime, timedelta

from botocore.exceptions import ClientError

from cli.reads.aws import Clients, Json, absent, iso

LOOK_BACK_MINUTES = 60
ATTEMPTS = 5  # at what a call leaves unprocessed


def freshness(clients: Clients, prefix: str, now: datetime) -> Json:
    """Look at the hour before `now` -> newest_minute, age_minutes, known (of 60), transactions."""
    this = now.replace(second=0, microsecond=0)
    asked = [iso(this - timedelta(minutes=k)) for k in range(1, LOOK_BACK_MINUTES + 1)]
    rows = _read(clients, f"{prefix}-minutes", asked)
    newest = max(rows, default=None)
    age = (
        None if newest is None else (this - datetime.fromisoformat(newest)) // timedelta(minutes=1)
    )
    return {
        "newest_minute": newest,
        "age_minutes": age,
        "known": len(rows),
        "asked": LOOK_BACK_MINUTES,
        "transactions": sum(rows.values()),
    }


def _read(clients: Clients, group: str, minutes: list[str]) -> dict[str, int]:
    store, found = clients("sagemaker-featurestore-runtime"), {}
    waiting = [{"FeatureGroupName": group, "RecordIdentifiersValueAsString": minutes}]
    for _ in range(ATTEMPTS):
        try:
            answer = store.batch_get_record(Identifiers=waiting)
        except ClientError as error:
            if absent(error):
                return {}
            raise
        for record in answer["Records"]:
            row = {part["FeatureName"]: part["ValueAsString"] for part in record["Record"]}
            found[row["tx_minute"]] = int(float(row["total_nb_trx_1min"]))
        if not (waiting := answer.get("UnprocessedIdentifiers") or []):
            break
    return found
