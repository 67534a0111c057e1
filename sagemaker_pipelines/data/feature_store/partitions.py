"""Partitions of the offline store: one folder per hour of event time. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_FOLDER = "year=%Y/month=%m/day=%d/hour=%H/"


@dataclass(frozen=True, slots=True)
class PartitionRange:
    """Folders from the first to the last (inclusive; None: end of the store).

    Their names sort by time, so a range is a contiguous part of the bucket listing.
    """

    first: str
    last: str | None

    def begins_after(self, name: str) -> bool:
        """Return whether a key (relative to the store) is after the last folder."""
        return self.last is not None and name[: len(self.last)] > self.last


EVERYTHING = PartitionRange("", None)


def folder(time: datetime) -> str:
    """Return the folder of an event time."""
    return time.astimezone(UTC).strftime(_FOLDER)


def hour(name: str) -> datetime:
    """Return the start of the hour of a key (relative to the store)."""
    return datetime.strptime(name.rpartition("/")[0] + "/", _FOLDER).replace(tzinfo=UTC)


def partition_range(
    first: datetime, end: datetime, lifetime: timedelta | None, as_of: datetime | None
) -> PartitionRange:
    """Return the folders with all rows that are relevant for the minutes in [first, end).

    A minute is written with an event time in the minute after it. Its deletion may follow at any
    time until the record expires. Rows after `as_of` are not relevant.
    """
    bounds = [as_of] if as_of else []
    if lifetime is not None:
        bounds.append(end + _MINUTE + lifetime)
    return PartitionRange(folder(first + _MINUTE), folder(min(bounds)) if bounds else None)
