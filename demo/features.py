"""The rows of the Feature Store after the run."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cli.connection import Connection
from cli.queries.online_rows import online_rows, transactions
from common.feature_rows import AVERAGE_FEE, number
from common.times import MINUTE


@dataclass(frozen=True, slots=True)
class Minute:
    """One row: the latest record of its minute."""

    minute: str
    transactions: int
    average_fee: float


def aggregated(s3: Any, bucket: str) -> set[str]:
    """Return the minutes (ISO) of which the aggregator has written a part."""
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix="minutes/", Delimiter="/"
    )
    folders = (folder["Prefix"] for page in pages for folder in page.get("CommonPrefixes", []))
    return {folder.removeprefix("minutes/").rstrip("/") for folder in folders}


def read_rows(connection: Connection, minutes: set[str]) -> list[Minute]:
    """Return the rows of the minutes (ISO) that have a fee, oldest first."""
    found = online_rows(connection, sorted(minutes))
    return [
        Minute(minute, transactions(row), fee)
        for minute, row in sorted(found.items())
        if (fee := number(row, AVERAGE_FEE)) is not None
    ]


def coverage(rows: list[Minute]) -> dict[str, Any]:
    """Return count, first and last minute, and how many between them are missing."""
    if not rows:
        return {"count": 0, "first": None, "last": None, "missing": 0}
    first, last = rows[0].minute, rows[-1].minute
    expected = (datetime.fromisoformat(last) - datetime.fromisoformat(first)) // MINUTE + 1
    return {"count": len(rows), "first": first, "last": last, "missing": expected - len(rows)}
