"""The raw archive, the log of truth: what was received, when, and what the rows must hold."""

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cli.errors import CommandError
from cli.reads.aws import Json, iso, pages

RAW, ASIDE = "raw/", "set-aside/"
READERS = 4
MINUTE = 60
AHEAD = timedelta(days=1)  # that a transaction's time may lie after its arrival


@dataclass(slots=True)
class Archived:
    """What the archive says of a range of minutes; lateness in seconds."""

    lateness: dict[tuple[int, bytes], int] = field(default_factory=dict)  # of the first arrival
    sent: dict[str, int] = field(default_factory=dict)  # event -> transactions, not replayed
    unreadable: list[str] = field(default_factory=list)  # keys

    @property
    def distinct(self) -> int:
        """How many transactions belong to the range; the same one archived twice is one."""
        return len(self.lateness)

    @property
    def contradicting(self) -> int:
        """How many of the distinct repeat a hash that another minute of the range has as well."""
        return len(self.lateness) - len({name for _, name in self.lateness})

    @property
    def received(self) -> int:
        """How many transactions arrived that the poller sent in the range; none lost: all."""
        return sum(self.sent.values())

    def by_minute(self, later_than: int = -1) -> dict[str, int]:
        """Count transactions by minute (ISO), of those that came later than so many seconds."""
        counted = Counter(
            minute for (minute, _), late in self.lateness.items() if late > later_than
        )
        return {
            iso(datetime.fromtimestamp(minute * MINUTE, UTC)): count
            for minute, count in sorted(counted.items())
        }


def archived(
    s3: Any, bucket: str, since: datetime, until: datetime, read_to: datetime
) -> Archived:
    """Read what arrived up to the hour of `read_to` of the minutes in [since, until)."""
    found = Archived()
    first, end = since.timestamp(), until.timestamp()
    wanted = keys(s3, bucket, RAW, since - AHEAD, read_to)
    for event in load(s3, bucket, wanted, found.unreadable):
        sent = datetime.fromisoformat(event["time"]).timestamp()
        transactions = event["detail"]["transactions"]
        if first <= sent < end and "replay" not in event["detail"]:
            found.sent[event["id"]] = len(transactions)
        for transaction in transactions:
            time = transaction["time"]
            if first <= time < end:
                key = (time // MINUTE, bytes.fromhex(transaction["hash"]))
                late = max(0, int(sent) - time)
                found.lateness[key] = min(late, found.lateness.get(key, late))
    return found


def set_aside(s3: Any, bucket: str, since: datetime, until: datetime, read_to: datetime) -> int:
    """Count the records set aside in [since, until); one delivered twice counts once."""
    first, end = since.timestamp(), until.timestamp()
    found = {
        event["id"]: len(event["detail"]["rejected"])
        for event in load(s3, bucket, keys(s3, bucket, ASIDE, since, read_to))
        if first <= datetime.fromisoformat(event["time"]).timestamp() < end
    }
    return sum(found.values())


def load(
    s3: Any, bucket: str, wanted: Iterable[str], unreadable: list[str] | None = None
) -> Iterator[Json]:
    """Yield the events of these objects, in order.

    Objects that are not gzip of JSON lines are named in `unreadable`, or raise CommandError.
    """

    def read(key: str) -> tuple[str, list[Json] | Exception]:
        body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        try:
            return key, [json.loads(line) for line in gzip.decompress(body).splitlines()]
        except (OSError, EOFError, zlib.error, ValueError) as error:
            return key, error

    with ThreadPoolExecutor(READERS) as pool:
        for key, found in pool.map(read, wanted):
            if isinstance(found, list):
                yield from found
            elif unreadable is None:
                raise CommandError(f"s3://{bucket}/{key} is not gzip of JSON lines: {found}")
            else:
                unreadable.append(key)


def keys(s3: Any, bucket: str, prefix: str, since: datetime, until: datetime) -> Iterator[str]:
    """Yield the keys of the archive's objects of these hours, in order."""
    first, last = (f"{prefix}{time.astimezone(UTC):%Y/%m/%d/%H/}" for time in (since, until))
    listed = pages(
        s3, "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix, StartAfter=first
    )
    for item in listed:
        key: str = item["Key"]
        if key[: len(last)] > last:
            return
        yield key
