"""The transactions of the raw archive, which the minute rows must contain."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cli.aws import Json
from cli.queries.archive_objects import load
from cli.time_range import TimeRange
from common import transaction
from common.times import floor_minute, iso, parse

MINUTE = 60


@dataclass(slots=True)
class Archived:
    """The archived transactions of a time range; lateness in seconds."""

    lateness: dict[tuple[int, str], int] = field(default_factory=dict)  # of the first arrival
    sent: dict[str, tuple[str, int]] = field(default_factory=dict)  # event id -> minute, count
    invalid: int = 0  # malformed events and transactions, which no row counts
    unreadable: list[str] = field(default_factory=list)  # keys
    newest_key: str | None = None  # of the objects that were read

    @property
    def distinct(self) -> int:
        """The number of distinct transactions of the range."""
        return len(self.lateness)

    @property
    def contradicting(self) -> int:
        """The number of distinct transactions that repeat a hash of another minute."""
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

    def by_minute(self, later_than: int = -1) -> Counter[str]:
        """Count distinct transactions by minute (ISO), if more than `later_than` s late."""
        counts = Counter(
            minute for (minute, _), late in self.lateness.items() if late > later_than
        )
        return Counter(
            {
                iso(datetime.fromtimestamp(minute * MINUTE, UTC)): count
                for minute, count in sorted(counts.items())
            }
        )


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
        sent = parse(event["time"])
        if time_range.contains(sent.timestamp()) and "replay" not in event["detail"]:
            found.sent[event["id"]] = (iso(floor_minute(sent)), len(valid))
        for item in valid:
            time = item["time"]
            if time_range.contains(time):
                key = (time // MINUTE, item["hash"])
                late = max(0, int(sent.timestamp()) - time)
                found.lateness[key] = min(late, found.lateness.get(key, late))
    return found


def transactions(event: Any) -> tuple[list[Json], int]:
    """Return the valid transactions of an archived event, and the number of invalid records.

    They are those that `window_aggregator` counts; a malformed event is one invalid record.
    """
    try:
        parse(event["time"])
        listed, number = event["detail"]["transactions"], event["id"]
    except (KeyError, TypeError, ValueError):
        return [], 1
    if type(listed) is not list or type(number) is not str:
        return [], 1
    valid = [item for item in listed if transaction.is_valid(item)]
    return valid, len(listed) - len(valid)


def rejected(
    s3: Any, bucket: str, keys: Iterable[str], time_range: TimeRange, unreadable: list[str]
) -> int:
    """Count the records that the poller rejected in a range; a redelivered event counts once.

    Keys of damaged objects are appended to `unreadable`.
    """
    found: dict[str, int] = {}
    for event in load(s3, bucket, keys, unreadable):
        try:
            if time_range.contains(parse(event["time"]).timestamp()):
                found[event["id"]] = len(event["detail"]["rejected"])
        except (KeyError, TypeError, ValueError):  # not an event of the poller
            found[f"malformed {len(found)}"] = 1
    return sum(found.values())
