"""Whether the data capture of an endpoint has a call: the end of every smoke test."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from common import captures

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MAX_FILES = 20  # newest capture files that are searched


class CaptureNotFoundError(Exception):
    """The capture of the call has not arrived yet; Step Functions retries."""


class CaptureFormatError(Exception):
    """The capture is in a format that Model Monitor cannot read."""


def check(s3: "S3Client", bucket: str, folder: str, inference_id: str) -> None:
    """Raise CaptureNotFoundError or CaptureFormatError unless the folder has the call."""
    if not is_captured(_lines(s3, bucket, folder), inference_id):
        raise CaptureNotFoundError(f"{folder} has no capture of {inference_id} yet")


def is_captured(files: Iterable[bytes], inference_id: str) -> bool:
    """Return whether files contain input and output of this call.

    Raises CaptureFormatError for a capture in base64.
    """
    for content in files:
        for record in captures.lines(content, "capture", []):
            if record["eventMetadata"].get("inferenceId") == inference_id:
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
