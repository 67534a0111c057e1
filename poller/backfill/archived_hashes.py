"""Hashes of the transactions that the archive of events in S3 already has."""

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from common import gzip_lines

logger = logging.getLogger(__name__)

HOUR = 3600
# A stop waits for the requests that are running.
CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2})
THREADS = 10  # an hour has 60 objects or more, and polling waits until all are read


def archived_hashes(uri: str, since: int, now: int, stop: Event) -> Iterator[str]:
    """Read the archive at an s3:// URI, in folders `YYYY/MM/DD/HH/` as Firehose writes them.

    Times are epoch seconds of arrival. What cannot be read is logged and skipped: its transactions
    may be published again. Ends early if `stop` is set. Raises botocore's errors.
    """
    parts = urlsplit(uri)
    s3 = boto3.client("s3", config=CONFIG)
    pages = s3.get_paginator("list_objects_v2")

    def read(key: str) -> list[str]:
        return _hashes(s3.get_object(Bucket=parts.netloc, Key=key)["Body"].read(), key)

    with ThreadPoolExecutor(THREADS) as threads:
        for hour in range(since // HOUR, now // HOUR + 1):
            if stop.is_set():
                return
            folder = datetime.fromtimestamp(hour * HOUR, UTC).strftime("%Y/%m/%d/%H/")
            prefix = f"{parts.path.strip('/')}/{folder}"
            keys = [
                item["Key"]
                for page in pages.paginate(Bucket=parts.netloc, Prefix=prefix)
                for item in page.get("Contents", [])
            ]
            for hashes in threads.map(read, keys):
                if stop.is_set():
                    return
                yield from hashes


def _hashes(body: bytes, key: str) -> list[str]:
    lines, problem = gzip_lines.read(body)
    found: list[str] = []
    for line in lines:
        try:
            hashes = [item["hash"] for item in json.loads(line)["detail"]["transactions"]]
            found += [text for text in hashes if bytes.fromhex(text)]
        except (KeyError, RecursionError, TypeError, ValueError) as error:
            problem = repr(error)
    if problem:
        extra = {"key": key, "error": problem[:500], "hashes": len(found)}
        logger.warning("archived object read in part", extra=extra)
    return found
