"""What the Feature Store holds after the run, minute by minute."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cli.reads import minutes
from cli.reads.aws import Clients


@dataclass(frozen=True, slots=True)
class Minute:
    """One row of the Feature Store: its latest record."""

    minute: str
    transactions: int
    average_fee: float


def aggregated(s3: Any, bucket: str) -> set[str]:
    """List the minutes (ISO) of which the aggregator wrote a part."""
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix="minutes/", Delimiter="/"
    )
    folders = (folder["Prefix"] for page in pages for folder in page.get("CommonPrefixes", []))
    return {folder.removeprefix("minutes/").rstrip("/") for folder in folders}


def rows(clients: Clients, prefix: str, wanted: set[str]) -> list[Minute]:
    """Return the latest record of each minute that has one, in the order of time."""
    found = minutes.rows(clients, prefix, sorted(wanted))
    return [
        Minute(minute, int(row["total_nb_trx_1min"]), float(row["avg_fee_1min"]))
        for minute, row in sorted(found.items())
    ]


def covered(rows: list[Minute]) -> dict[str, Any]:
    """Say which minutes have a row, and how many between the first and the last have none."""
    if not rows:
        return {"count": 0, "first": None, "last": None, "missing": 0}
    first, last = rows[0].minute, rows[-1].minute
    span = (datetime.fromisoformat(last) - datetime.fromisoformat(first)) // timedelta(
        minutes=1
    ) + 1
    return {"count": len(rows), "first": first, "last": last, "missing": span - len(rows)}
