"""The offline store's folders, one an hour of event time, and which a range needs. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_FOLDER = "year=%Y/month=%m/day=%d/hour=%H/"


@dataclass(frozen=True, slots=True)
class Span:
    """Folders from the first to the last (inclusive; None: to the end of the store).

    Their names are in the order of time, so a span is one piece of the bucket's listing.
    """

    first: str
    last: str | None

    def begins_after(self, name: str) -> bool:
        """Whether a key, below the store's prefix, lies behind the last folder."""
        return self.last is not None and name[: len(self.last)] > self.last


EVERYTHING = Span("", None)


def folder(time: datetime) -> str:
    """Name the folder of an event time."""
    return time.astimezone(UTC).strftime(_FOLDER)


def hour(name: str) -> datetime:
    """Give the beginning of the hour whose folder a key, below the store's prefix, lies in."""
    return datetime.strptime(name.rpartition("/")[0] + "/", _FOLDER).replace(tzinfo=UTC)


def span(
    first: datetime, end: datetime, lifetime: timedelta | None, as_of: datetime | None
) -> Span:
    """Find the folders with all that counts for the minutes from first to end (exclusive).

    A minute is written with an event time in the minute after it. Its deletion may come at any
    time until the record expires. Nothing from after `as_of` counts.
    """
    bounds = [as_of] if as_of else []
    if lifetime is not None:
        bounds.append(end + _MINUTE + lifetime)
    return Span(folder(first + _MINUTE), folder(min(bounds)) if bounds else None)
