"""The unbroken series of minutes, and times as the feature store writes them. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class History:
    """Minutes without a gap, oldest first; None where nothing is known."""

    first: datetime
    values: list[float | None]

    def minute(self, position: int) -> datetime:
        """Give the start of a minute."""
        return self.first + position * MINUTE


def series(averages: Mapping[datetime, float], first: datetime, end: datetime) -> History:
    """Line up the minutes from first to end (exclusive), beginning at the first known one."""
    known = [minute for minute in averages if first <= minute < end]
    begin = floored(min(known, default=first))
    return History(begin, [averages.get(minute) for minute in _grid(begin, end)])


def _grid(first: datetime, end: datetime) -> Iterator[datetime]:
    while first < end:
        yield first
        first += MINUTE


def floored(time: datetime) -> datetime:
    """Give the minute that a time lies in."""
    return time.replace(second=0, microsecond=0)


def parsed(text: str) -> datetime:
    """Read an ISO time in UTC, with or without a fraction."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def iso(minute: datetime) -> str:
    """Write a minute as the feature store names it."""
    return minute.strftime("%Y-%m-%dT%H:%M:%SZ")
