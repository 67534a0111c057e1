"""What one raw object says about one minute, kept in S3 beside what the others say."""

import hashlib
import json
from functools import lru_cache
from typing import Any

from window_aggregator.raw import Fees

PREFIX = "minutes"
SMALL, KEPT = 8_192, 2_048  # bytes, parts: some 40 MB at most


def key(minute: str, raw_key: str) -> str:
    """Return where the part of a raw object for a minute lies: always the same place."""
    return f"{PREFIX}/{minute}/{hashlib.sha256(raw_key.encode()).hexdigest()[:16]}.json"


def write(s3: Any, bucket: str, place: str, fees: Fees) -> None:
    """Write a part; written twice it is the same bytes."""
    body = json.dumps(sorted(fees), separators=(",", ":")).encode()
    s3.put_object(Bucket=bucket, Key=place, Body=body, ContentType="application/json")


def union(s3: Any, bucket: str, minute: str, own: str, fees: Fees) -> tuple[Fees, int]:
    """Return `fees` (the part `own`, just written) with all other parts, and how many they are."""
    everything, count = set(fees), 1
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=f"{PREFIX}/{minute}/"
    )
    for page in pages:
        for item in page.get("Contents", []):
            if item["Key"] != own:
                read = _read_small if item["Size"] <= SMALL else _read
                everything.update(read(s3, bucket, item["Key"], item["ETag"]))
                count += 1
    return everything, count


def _read(s3: Any, bucket: str, place: str, _etag: str) -> list[tuple[str, int]]:
    body = s3.get_object(Bucket=bucket, Key=place)["Body"].read()
    return [(name, fee) for name, fee in json.loads(body)]


# Late transactions come in small parts, and every one of them has all others read again.
_read_small = lru_cache(KEPT)(_read)
