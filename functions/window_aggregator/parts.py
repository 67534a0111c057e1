"""What one raw object says about one minute, kept in S3 beside what the others say.

A part is a JSON object of two columns, `{"hash": […], "fee": […]}`.
"""

import hashlib
import json
from functools import lru_cache
from typing import Any

from window_aggregator import fees
from window_aggregator.fees import Columns, Fees

PREFIX = "minutes"
SMALL, KEPT = 8_192, 2_048  # bytes, parts: some 40 MB at most
HEX = b"0123456789abcdef"


def key(minute: str, raw_key: str) -> str:
    """Return where the part of a raw object for a minute lies: always the same place."""
    return f"{PREFIX}/{minute}/{hashlib.sha256(raw_key.encode()).hexdigest()[:16]}.json"


def write(s3: Any, bucket: str, place: str, said: Fees) -> None:
    """Write a part; written twice it is the same bytes."""
    body = encoded(fees.columns(said))
    s3.put_object(Bucket=bucket, Key=place, Body=body, ContentType="application/json")


def union(s3: Any, bucket: str, minute: str, own: str, said: Fees) -> tuple[Fees, int]:
    """Return `said` (the part `own`, just written) with all other parts, and how many they are."""
    others = []
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=f"{PREFIX}/{minute}/"
    )
    for page in pages:
        for item in page.get("Contents", []):
            if item["Key"] != own:
                read = _read_small if item["Size"] <= SMALL else _read
                others.append(read(s3, bucket, item["Key"], item["ETag"]))
    if not others:
        return said, 1
    names, values = fees.columns(said)
    for more_names, more_values in others:
        names += more_names
        values += more_values
    return fees.of(names, values), 1 + len(others)


def encoded(columns: Columns) -> bytes:
    """Return the part as JSON; by hand if all hashes are hex, because json takes twice as long."""
    names, values = columns
    joined = '","'.join(names).encode(errors="replace")
    if joined.translate(None, HEX) == b'","' * (len(names) - 1):
        return b'{"hash":["%b"],"fee":%b}' % (joined, str(values).encode())
    return json.dumps({"hash": names, "fee": values}).encode()


def decoded(body: bytes) -> Columns:
    """Read a part, also one from when it was a list of pairs."""
    part = json.loads(body)
    if isinstance(part, list):
        return [name for name, _ in part], [fee for _, fee in part]
    return part["hash"], part["fee"]


def _read(s3: Any, bucket: str, place: str, _etag: str) -> Columns:
    return decoded(s3.get_object(Bucket=bucket, Key=place)["Body"].read())


# Late transactions come in small parts, and every one of them has all others read again.
_read_small = lru_cache(KEPT)(_read)
