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
YEAR_10000 = 253_402_300_800  # times of four-digit years are before it
AHEAD = timedelta(days=1)  # that a transaction's time may lie after its arrival


@dataclass(slots=True)
class Archived:
    """What the archive says of a range of minutes; lateness in seconds."""

    lateness: dict[tuple[int, str], int] = field(default_factory=dict)  # of the first arrival
    sent: dict[str, int] = field(default_factory=dict)  # event -> transactions, not replayed
    refused: int = 0  # events and transactions that are none; no row counts them
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
        known, refused = transactions(event)
        found.refused += refused
        if not known:
            continue
        sent = datetime.fromisoformat(event["time"]).timestamp()
        if first <= sent < end and "replay" not in event["detail"]:
            found.sent[event["id"]] = len(known)
        for transaction in known:
            time = transaction["time"]
            if first <= time < end:
                key = (time // MINUTE, transaction["hash"])
                late = max(0, int(sent) - time)
                found.lateness[key] = min(late, found.lateness.get(key, late))
    return found


def transactions(event: Any) -> tuple[list[Json], int]:
    """Return the transactions of an archived event, and how many records of it are none.

    They are what `window_aggregator` counts; an event that is none is one such record.
    """
    try:
        datetime.fromisoformat(event["time"])
        listed, _ = event["detail"]["transactions"], event["id"]
    except (KeyError, TypeError, ValueError):
        return [], 1
    if type(listed) is not list:
        return [], 1
    known = [one for one in listed if _is_transaction(one)]
    return known, len(listed) - len(known)


def _is_transaction(one: Any) -> bool:
    if type(one) is not dict or type(one.get("hash")) is not str:
        return False
    fee, time = one.get("fee"), one.get("time")
    if type(fee) is not int or type(time) is not int:
        return False
    return fee >= 0 and 0 <= time < YEAR_10000


def set_aside(s3: Any, bucket: str, since: datetime, until: datetime, read_to: datetime) -> int:
    """Count the records set aside in [since, until); one delivered twice counts once."""
    first, end = since.timestamp(), until.timestamp()
    found: dict[str, int] = {}
    for event in load(s3, bucket, keys(s3, bucket, ASIDE, since, read_to)):
        try:
            if first <= datetime.fromisoformat(event["time"]).timestamp() < end:
                found[event["id"]] = len(event["detail"]["rejected"])
        except (KeyError, TypeError, ValueError):  # not of our poller, but set aside as well
            found[f"malformed {len(found)}"] = 1
    return sum(found.values())


def load(
    s3: Any, bucket: str, wanted: Iterable[str], unreadable: list[str] | None = None
) -> Iterator[Any]:
    """Yield the events of these objects, in order; None for a line that is no JSON.

    Objects that are not gzip are named in `unreadable`, or raise CommandError.
    """

    def read(key: str) -> tuple[str, list[Any] | Exception]:
        body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        try:
            lines = gzip.decompress(body).splitlines()
        except (OSError, EOFError, zlib.error) as error:
            return key, error
        return key, [_json(line) for line in lines if line.strip()]

    with ThreadPoolExecutor(READERS) as pool:
        for key, found in pool.map(read, wanted):
            if isinstance(found, list):
                yield from found
            elif unreadable is None:
                raise CommandError(f"s3://{bucket}/{key} is not gzip: {found}")
            else:
                unreadable.append(key)


def _json(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (RecursionError, ValueError):
        return None


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
