"""Monitoring results in the data bucket: one per stage and hour, with keys that sort by time."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from common import times

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def folder(stage: str, hour: datetime) -> str:
    """Return the folder of an hour's result."""
    return f"monitoring/{stage}/{hour:%Y/%m/%d/%H}"


def key(stage: str, hour: datetime) -> str:
    """Return the key of an hour's result."""
    return f"{folder(stage, hour)}/{stage}-{times.iso(hour)}.json"


def time(name: str) -> str:
    """Return the hour (ISO) of the result with a key."""
    return name.removesuffix(".json").partition("-")[2]


def keys(s3: "S3Client", bucket: str, stage: str, after: str) -> list[str]:
    """Return the keys after a key or folder, oldest first; at most 1,000 hours."""
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"monitoring/{stage}/", StartAfter=after)
    return [item["Key"] for item in listed.get("Contents", [])]


def read(s3: "S3Client", bucket: str, name: str) -> dict[str, Any]:
    """Return the result with a key."""
    result: dict[str, Any] = json.loads(s3.get_object(Bucket=bucket, Key=name)["Body"].read())
    return result
