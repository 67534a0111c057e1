"""What the archive of events in S3 already holds: the hashes of its newest hours."""

import gzip
import json
import logging
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import urlsplit

import boto3

logger = logging.getLogger(__name__)

HOUR = 3600
THREADS = 10  # an hour holds 60 objects or more, and polling waits until all are read


def hashes(place: str, since: int, now: int) -> Iterator[str]:
    """Read a folder (s3:// URI) with hours below it, `YYYY/MM/DD/HH/`, as Firehose writes them.

    Times are epoch seconds of arrival. An object that cannot be read is logged and left out: what
    it holds is at worst published again. Raises botocore's errors if S3 refuses.
    """
    parts = urlsplit(place)
    s3 = boto3.client("s3")
    pages = s3.get_paginator("list_objects_v2")

    def read(key: str) -> list[str]:
        return _hashes(s3.get_object(Bucket=parts.netloc, Key=key)["Body"].read(), key)

    with ThreadPoolExecutor(THREADS) as threads:
        for hour in range(since // HOUR, now // HOUR + 1):
            folder = datetime.fromtimestamp(hour * HOUR, UTC).strftime("%Y/%m/%d/%H/")
            prefix = f"{parts.path.strip('/')}/{folder}"
            listed = [
                one["Key"]
                for page in pages.paginate(Bucket=parts.netloc, Prefix=prefix)
                for one in page.get("Contents", [])
            ]
            for found in threads.map(read, listed):
                yield from found


def _hashes(body: bytes, key: str) -> list[str]:
    try:
        events = [json.loads(line) for line in gzip.decompress(body).splitlines()]
        found = [one["hash"] for event in events for one in event["detail"]["transactions"]]
        return [name for name in found if bytes.fromhex(name)]
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        logger.warning("archived object left out", extra={"key": key, "error": repr(error)})
        return []
