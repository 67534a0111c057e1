"""What the archive and the Feature Store hold after the run, record by record."""

import gzip
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

BATCH = 100  # records in one BatchGetRecord
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Archived:
    """The set of archived transactions: how many, and the minutes (ISO) they belong to."""

    distinct: int
    minutes: set[str]


@dataclass(frozen=True, slots=True)
class Minute:
    """One row of the Feature Store: its latest record."""

    minute: str
    transactions: int
    average_fee: float


def archived(s3: Any, bucket: str, iso: Callable[[float], str]) -> Archived:
    """Read every event of the raw archive."""
    hashes: set[bytes] = set()
    minutes: set[int] = set()
    for event in _events(s3, bucket, "raw/"):
        for transaction in event["detail"]["transactions"]:
            hashes.add(bytes.fromhex(transaction["hash"]))
            minutes.add(transaction["time"] // MINUTE)
    return Archived(len(hashes), {iso(minute * MINUTE) for minute in minutes})


def set_aside(s3: Any, bucket: str) -> int:
    """Count the records of the set-aside archive; one delivered twice counts once."""
    found = {
        (event["id"], number)
        for event in _events(s3, bucket, "set-aside/")
        for number in range(len(event["detail"]["rejected"]))
    }
    return len(found)


def aggregated(s3: Any, bucket: str) -> set[str]:
    """List the minutes (ISO) of which the aggregator wrote a part."""
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix="minutes/", Delimiter="/"
    )
    folders = (folder["Prefix"] for page in pages for folder in page.get("CommonPrefixes", []))
    return {folder.removeprefix("minutes/").rstrip("/") for folder in folders}


def rows(store: Any, feature_group: str, minutes: set[str]) -> list[Minute]:
    """Return the latest record of each minute that has one, in the order of time."""
    found: list[Minute] = []
    waiting = sorted(minutes)
    while waiting:
        ids, waiting = waiting[:BATCH], waiting[BATCH:]
        wanted = {"FeatureGroupName": feature_group, "RecordIdentifiersValueAsString": ids}
        answer = store.batch_get_record(Identifiers=[wanted])
        for left in answer.get("UnprocessedIdentifiers", []):
            waiting += left["RecordIdentifiersValueAsString"]
        if errors := answer.get("Errors"):
            raise RuntimeError(f"{feature_group}: {errors[0]['ErrorMessage']}")
        for record in answer["Records"]:
            row = {part["FeatureName"]: part["ValueAsString"] for part in record["Record"]}
            number = int(row["total_nb_trx_1min"])
            found.append(Minute(row["tx_minute"], number, float(row["avg_fee_1min"])))
    return sorted(found, key=lambda row: row.minute)


def covered(rows: list[Minute]) -> dict[str, Any]:
    """Say which minutes have a row, and how many between the first and the last have none."""
    if not rows:
        return {"count": 0, "first": None, "last": None, "missing": 0}
    first, last = rows[0].minute, rows[-1].minute
    span = (datetime.fromisoformat(last) - datetime.fromisoformat(first)) // timedelta(
        minutes=1
    ) + 1
    return {"count": len(rows), "first": first, "last": last, "missing": span - len(rows)}


def _events(s3: Any, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
    """Yield the events of every object below a prefix, one JSON a line."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]

    def load(key: str) -> bytes:
        body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return gzip.decompress(body)

    with ThreadPoolExecutor(4) as pool:
        for text in pool.map(load, keys):
            for line in text.splitlines():
                yield json.loads(line)
