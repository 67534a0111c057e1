"""What the poller rejected in the last hour: how many items, and why the newest ones."""

from datetime import timedelta
from typing import Any

from cli.aws import Json
from cli.connection import Connection
from cli.queries import archive_objects, metrics
from cli.time_range import TimeRange
from common import gzip_lines
from common.times import MINUTE, floor_minute

HOUR = timedelta(hours=1)
FIRST_BYTES = 260_000  # of the newest object: more than an event has


def rejected_items(connection: Connection) -> Json:
    """Return count and reason of the last hour; the reason is None if it is not known yet.

    An invalid item of a list counts in each poll. The objects with the reasons, which Firehose
    delivers some minutes later, are read only if there was a rejection.
    """
    if connection.outputs.poller is None:
        return {"count": 0, "reason": None}
    end = floor_minute(connection.now) + MINUTE
    hour = TimeRange(end - HOUR, end)
    counts = metrics.sums(connection, "TransactionsRejected", hour, MINUTE)
    count = sum(counts.values())
    return {"count": count, "reason": _reason(connection, hour) if count else None}


def _reason(connection: Connection, hour: TimeRange) -> str | None:
    """Return the reason of the last item in the first event of the newest object."""
    s3, bucket = connection.clients("s3"), connection.outputs.bucket_name
    prefix = archive_objects.REJECTED
    keys = list(archive_objects.list_keys(s3, bucket, prefix, hour.start, hour.end))
    if not keys:
        return None
    first = f"bytes=0-{FIRST_BYTES - 1}"
    body: bytes = s3.get_object(Bucket=bucket, Key=keys[-1], Range=first)["Body"].read()
    lines, _ = gzip_lines.read(body)  # cut off after some complete lines
    events: list[Any] = [archive_objects.parse(line) for line in lines[:1]]
    items = [item for event in events if event for item in event["detail"]["rejected"]]
    return items[-1]["reason"] if items else None
