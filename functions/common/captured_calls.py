"""Whether the data capture of an endpoint has a call: the end of every smoke test."""

import math
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from common import captures

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MAX_CALLS = 20
UNCAPTURED = 1e-6  # chance that none of the calls is captured, unless it takes more than MAX_CALLS
MAX_FILES = 20  # newest capture files that are searched


class CaptureNotFoundError(Exception):
    """The capture of the call has not arrived yet; Step Functions retries."""


class CaptureFormatError(Exception):
    """The capture is in a format that Model Monitor cannot read."""


def inference_ids(first: str, percent: int) -> list[str]:
    """Return the ids of as many calls as it takes until a sampled capture has one of them.

    A call is captured with a chance of `percent`; with 0 there is no capture to wait for.
    """
    missed = 1 - percent / 100
    calls = 1 if percent == 0 or missed == 0 else math.ceil(math.log(UNCAPTURED, missed))
    return [first, *(f"{first}-{number}" for number in range(2, min(calls, MAX_CALLS) + 1))]


def check(s3: "S3Client", bucket: str, folder: str, ids: Sequence[str]) -> None:
    """Raise CaptureNotFoundError or CaptureFormatError unless the folder has one of the calls."""
    if not is_captured(_lines(s3, bucket, folder), set(ids)):
        raise CaptureNotFoundError(f"{folder} has no capture of {ids[0]} yet")


def is_captured(files: Iterable[bytes], ids: Collection[str]) -> bool:
    """Return whether files contain input and output of one of these calls.

    Raises CaptureFormatError for a capture in base64.
    """
    for content in files:
        for record in captures.lines(content, "capture", []):
            if record["eventMetadata"].get("inferenceId") in ids:
                parts = record["captureData"]
                if any(part.get("encoding") == "BASE64" for part in parts.values()):
                    raise CaptureFormatError("encoding: got BASE64, expected JSON or CSV")
                return {"endpointInput", "endpointOutput"} <= set(parts)
    return False


def _lines(s3: "S3Client", bucket: str, prefix: str) -> list[bytes]:
    """Return the newest capture files."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    files = [item for page in pages for item in page.get("Contents", [])]
    newest = sorted(files, key=lambda item: item["LastModified"])[-MAX_FILES:]
    return [s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read() for item in newest]
