"""Parts: the transactions of one minute in one raw object, stored in S3 by minute.

A part is a JSON object of two columns, `{"hash": [...], "fee": [...]}`.
"""

import hashlib
import json
from typing import TYPE_CHECKING

from common.transaction import MAX_FEE
from window_aggregator.minute_set import Columns, MinuteSet, minute_set
from window_aggregator.part_cache import PartCache

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX = "minutes"
CACHE_BYTES = 8 * 2**20  # of JSON; in memory parts take about twice as much
CACHE = PartCache(CACHE_BYTES)
HEX = b"0123456789abcdef"


class PartError(ValueError):
    """The content of a part is not as the function writes it."""


def part_key(minute: str, raw_key: str) -> str:
    """Return the key of a raw object's part of a minute; equal for every delivery."""
    return f"{PREFIX}/{minute}/{hashlib.sha256(raw_key.encode()).hexdigest()[:16]}.json"


def write(s3: "S3Client", bucket: str, key: str, columns: Columns) -> None:
    """Write a part; writing it again writes the same bytes."""
    body = encode(columns)
    response = s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/json")
    CACHE.put((s3, bucket, key, response["ETag"]), len(body), columns)


def union(
    s3: "S3Client", bucket: str, minute: str, own_key: str, columns: Columns
) -> tuple[MinuteSet, int]:
    """Return the union of `columns` (the part `own_key`) and all other parts, and their number."""
    hashes, fees, count = [*columns[0]], [*columns[1]], 1
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=f"{PREFIX}/{minute}/"
    )
    for page in pages:
        for item in page.get("Contents", []):
            if item["Key"] != own_key:
                more_hashes, more_fees = _read(s3, bucket, item["Key"], item["ETag"])
                hashes += more_hashes
                fees += more_fees
                count += 1
    return minute_set(hashes, fees), count


def encode(columns: Columns) -> bytes:
    """Return the part as JSON; formatted directly if all hashes are hex, twice as fast."""
    hashes, fees = columns
    joined = '","'.join(hashes).encode(errors="replace")
    if joined.translate(None, HEX) == b'","' * (len(hashes) - 1):
        return b'{"hash":["%b"],"fee":%b}' % (joined, str(fees).encode())
    return json.dumps({"hash": hashes, "fee": fees}).encode()


def decode(body: bytes) -> Columns:
    """Parse a part; the first release stored a list of pairs, and fees of any size."""
    part = json.loads(body)
    if isinstance(part, list):
        hashes, fees = [name for name, _ in part], [fee for _, fee in part]
    else:
        hashes, fees = part["hash"], part["fee"]
    if max(fees, default=0) <= MAX_FEE:
        return hashes, fees
    pairs = [pair for pair in zip(hashes, fees, strict=True) if pair[1] <= MAX_FEE]
    return [name for name, _ in pairs], [fee for _, fee in pairs]


def _read(s3: "S3Client", bucket: str, key: str, etag: str) -> Columns:
    cache_key = s3, bucket, key, etag
    if part := CACHE.get(cache_key):
        return part
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    try:
        part = decode(body)
    except (KeyError, RecursionError, TypeError, ValueError) as error:
        # Without it the row would count too little.
        raise PartError(f"s3://{bucket}/{key} is not a part: {error!r}") from error
    CACHE.put(cache_key, len(body), part)
    return part
