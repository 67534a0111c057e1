"""What one raw object says about one minute, kept in S3 beside what the others say."""

import hashlib
import json
from typing import Any

from window_aggregator.raw import Fees

PREFIX = "minutes"


def key(minute: str, raw_key: str) -> str:
    """Return where the part of a raw object for a minute lies: always the same place."""
    return f"{PREFIX}/{minute}/{hashlib.sha256(raw_key.encode()).hexdigest()[:16]}.json"


def write(s3: Any, bucket: str, place: str, fees: Fees) -> None:
    """Write a part; written twice it is the same bytes."""
    body = json.dumps(sorted(fees), separators=(",", ":")).encode()
    s3.put_object(Bucket=bucket, Key=place, Body=body, ContentType="application/json")


def union(s3: Any, bucket: str, minute: str, own: str, fees: Fees) -> Fees:
    """Return `fees` (those of the part `own`, just written) with all other parts of the minute."""
    everything = set(fees)
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=f"{PREFIX}/{minute}/"
    )
    for page in pages:
        for item in page.get("Contents", []):
            if item["Key"] != own:
                body = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
                everything.update((name, fee) for name, fee in json.loads(body))
    return everything
