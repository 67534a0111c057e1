"""Which row of the feature store holds for each minute, and the unbroken series of them. Pure.

The offline store is a log: a minute occurs once for each time it was written. The newest event
time holds; among equal ones the later call, then the later write. A minute whose newest row is a
deletion is missing, like one never written.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MINUTE = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """One write of one minute."""

    minute: datetime
    average_fee: float | None  # satoshi
    event_time: datetime
    transactions: float | None = None
    total_fee: float | None = None  # satoshi
    api_invocation_time: datetime = _EPOCH
    write_time: datetime = _EPOCH
    is_deleted: bool = False


def latest(rows: Iterable[Row]) -> dict[datetime, Row]:
    """Give the row that holds for every minute that has one."""
    newest: dict[datetime, Row] = {}
    for row in rows:
        known = newest.get(row.minute)
        if known is None or _age(row) > _age(known):
            newest[row.minute] = row
    return {minute: row for minute, row in newest.items() if not row.is_deleted}


def _age(row: Row) -> tuple[datetime, datetime, datetime, bool]:
    return (row.event_time, row.api_invocation_time, row.write_time, row.is_deleted)


@dataclass(frozen=True, slots=True)
class History:
    """Minutes without a gap, oldest first; None where nothing is known."""

    first: datetime
    values: list[float | None]

    def minute(self, position: int) -> datetime:
        """Give the start of a minute."""
        return self.first + position * MINUTE


def series(rows: Mapping[datetime, Row], first: datetime, end: datetime) -> History:
    """Line up the minutes from first to end (exclusive), beginning at the first known one."""
    averages = {minute: row.average_fee for minute, row in rows.items()}
    known = [m for m, fee in averages.items() if fee is not None and first <= m < end]
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
