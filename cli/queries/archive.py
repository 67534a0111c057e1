"""The raw archive in S3: what was received, when, and what the rows must therefore contain."""

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cli.aws import Json, pages
from cli.connection import Connection
from cli.errors import CommandError
from cli.time_range import TimeRange
from common.times import iso

RAW, REJECTED = "raw/", "set-aside/"
THREADS = 4
MINUTE = 60
YEAR_10000 = 253_402_300_800  # times of four-digit years are before it
MAX_AHEAD = timedelta(days=1)  # a transaction's time may be this much later than its arrival


@dataclass(slots=True)
class Archived:
    """The archived transactions of a time range; lateness in seconds."""

    lateness: dict[tuple[int, str], int] = field(default_factory=dict)  # of the first arrival
    sent: dict[str, tuple[str, int]] = field(default_factory=dict)  # event -> minute, transactions
    invalid: int = 0  # malformed events and transactions; no row counts them
    unreadable: list[str] = field(default_factory=list)  # keys
    newest_key: str | None = None  # of the objects that were read

    @property
    def distinct(self) -> int:
        """The number of distinct transactions of the range."""
        return len(self.lateness)

    @property
    def contradicting(self) -> int:
        """How many of the distinct repeat a hash of another minute of the range."""
        return len(self.lateness) - len({name for _, name in self.lateness})

    @property
    def received(self) -> int:
        """The number of transactions in events of the range, replays excluded."""
        return sum(count for _, count in self.sent.values())

    def received_by_minute(self) -> Counter[str]:
        """Return the number of received transactions by minute (ISO) of their event."""
        counts: Counter[str] = Counter()
        for minute, count in self.sent.values():
            counts[minute] += count
        return counts

    def by_minute(self, later_than: int = -1) -> dict[str, int]:
        """Count distinct transactions by minute (ISO); only those later than so many seconds."""
        counts = Counter(
            minute for (minute, _), late in self.lateness.items() if late > later_than
        )
        return {
            iso(datetime.fromtimestamp(minute * MINUTE, UTC)): count
            for minute, count in sorted(counts.items())
        }


def archived(
    s3: Any, bucket: str, keys: Sequence[str], time_range: TimeRange, on_read: Callable[[], Any]
) -> Archived:
    """Read what these objects contain of a range; `on_read` is called after each object."""
    found = Archived(newest_key=keys[-1] if keys else None)
    for event in load(s3, bucket, keys, found.unreadable, on_read):
        valid, invalid = transactions(event)
        found.invalid += invalid
        if not valid:
            continue
        sent = datetime.fromisoformat(event["time"])
        if time_range.contains(sent.timestamp()) and "replay" not in event["detail"]:
            found.sent[event["id"]] = (iso(sent.replace(second=0)), len(valid))
        for transaction in valid:
            time = transaction["time"]
            if time_range.contains(time):
                key = (time // MINUTE, transaction["hash"])
                late = max(0, int(sent.timestamp()) - time)
                found.lateness[key] = min(late, found.lateness.get(key, late))
    return found


def transactions(event: Any) -> tuple[list[Json], int]:
    """Return the valid transactions of an archived event, and the number of invalid records.

    They are those that `window_aggregator` counts; a malformed event is one invalid record.
    """
    try:
        datetime.fromisoformat(event["time"])
        listed, _ = event["detail"]["transactions"], event["id"]
    except (KeyError, TypeError, ValueError):
        return [], 1
    if type(listed) is not list:
        return [], 1
    valid = [item for item in listed if _is_transaction(item)]
    return valid, len(listed) - len(valid)


def _is_transaction(item: Any) -> bool:
    if type(item) is not dict or type(item.get("hash")) is not str:
        return False
    fee, time = item.get("fee"), item.get("time")
    if type(fee) is not int or type(time) is not int:
        return False
    return fee >= 0 and 0 <= time < YEAR_10000


def rejected(s3: Any, bucket: str, keys: Iterable[str], time_range: TimeRange) -> int:
    """Count the records that the poller rejected in a range; a redelivered event counts once."""
    found: dict[str, int] = {}
    for event in load(s3, bucket, keys):
        try:
            if time_range.contains(datetime.fromisoformat(event["time"]).timestamp()):
                found[event["id"]] = len(event["detail"]["rejected"])
        except (KeyError, TypeError, ValueError):  # not an event of the poller
            found[f"malformed {len(found)}"] = 1
    return sum(found.values())


def load(
    s3: Any,
    bucket: str,
    keys: Iterable[str],
    unreadable: list[str] | None = None,
    on_read: Callable[[], Any] = lambda: None,
) -> Iterator[Any]:
    """Yield the events of these objects in order; None for a line that is not JSON.

    Keys of objects that are not gzip are appended to `unreadable`, or raise CommandError.
    """

    def read(key: str) -> tuple[str, list[Any] | Exception]:
        body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        try:
            lines = gzip.decompress(body).splitlines()
        except (OSError, EOFError, zlib.error) as error:
            return key, error
        return key, [_json(line) for line in lines if line.strip()]

    with ThreadPoolExecutor(THREADS) as pool:
        for key, found in pool.map(read, keys):
            if isinstance(found, list):
                yield from found
            elif unreadable is None:
                raise CommandError(f"s3://{bucket}/{key} is not gzip: {found}")
            else:
                unreadable.append(key)
            on_read()


def _json(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (RecursionError, ValueError):
        return None


def raw_keys(connection: Connection, time_range: TimeRange, late: timedelta) -> list[str]:
    """Return the keys of objects that may contain transactions of a range, in order.

    `late` is how long after the range their arrival may be.
    """
    s3, bucket = connection.clients("s3"), connection.outputs.bucket_name
    start = time_range.start - MAX_AHEAD
    return list(list_keys(s3, bucket, RAW, start, time_range.end + late))


def list_keys(s3: Any, bucket: str, prefix: str, start: datetime, end: datetime) -> Iterator[str]:
    """Yield the keys of the archive's objects that arrived in these hours, in order."""
    first, last = (f"{prefix}{time.astimezone(UTC):%Y/%m/%d/%H/}" for time in (start, end))
    listed = pages(
        s3, "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix, StartAfter=first
    )
    for item in listed:
        key: str = item["Key"]
        if key[: len(last)] > last:
            return
        yield key
