"""What one raw object says about one minute, kept in S3 beside what the others say.

A part is a JSON object of two columns, `{"hash": […], "fee": […]}`.
"""

import hashlib
import json
from typing import Any

from window_aggregator import fees
from window_aggregator.fees import Columns, Fees
from window_aggregator.kept import Kept

PREFIX = "minutes"
KEPT_BYTES = 8 * 2**20  # of JSON; in memory they take about twice as much
KEPT = Kept(KEPT_BYTES)
HEX = b"0123456789abcdef"


def key(minute: str, raw_key: str) -> str:
    """Return where the part of a raw object for a minute lies: always the same place."""
    return f"{PREFIX}/{minute}/{hashlib.sha256(raw_key.encode()).hexdigest()[:16]}.json"


def write(s3: Any, bucket: str, place: str, said: Columns) -> None:
    """Write a part; written twice it is the same bytes."""
    body = encoded(said)
    answer = s3.put_object(Bucket=bucket, Key=place, Body=body, ContentType="application/json")
    KEPT.keep((s3, bucket, place, answer["ETag"]), len(body), said)


def union(s3: Any, bucket: str, minute: str, own: str, said: Columns) -> tuple[Fees, int]:
    """Return `said` (the part `own`, just written) with all other parts, and how many they are."""
    names, values, count = [*said[0]], [*said[1]], 1
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=f"{PREFIX}/{minute}/"
    )
    for page in pages:
        for item in page.get("Contents", []):
            if item["Key"] != own:
                more_names, more_values = _read(s3, bucket, item["Key"], item["ETag"])
                names += more_names
                values += more_values
                count += 1
    return fees.of(names, values), count


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


def _read(s3: Any, bucket: str, place: str, etag: str) -> Columns:
    kept = s3, bucket, place, etag
    if part := KEPT.find(kept):
        return part
    body = s3.get_object(Bucket=bucket, Key=place)["Body"].read()
    part = decoded(body)
    KEPT.keep(kept, len(body), part)
    return part
