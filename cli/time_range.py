"""A half-open range of minutes and its command-line options."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated

import typer

from cli.errors import CommandError
from common.times import MINUTE, floor_minute, iso, minutes, parse

YEARS = range(2009, 2101)  # of Bitcoin's first block, and of no data yet
MAX_LENGTH = timedelta(days=1000)  # of a list of all minutes
MAX_LATE = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class TimeRange:
    """The minutes from `start` up to, but not including, `end` (UTC)."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Raise CommandError (exit code 2) if the range is empty."""
        if self.start >= self.end:
            raise CommandError(f"--from {iso(self.start)} is not before --to {iso(self.end)}", 2)

    @property
    def name(self) -> str:
        """The range as part of an S3 key."""
        return f"{self.start:%Y%m%dT%H%MZ}-{self.end:%Y%m%dT%H%MZ}"

    def contains(self, time: float) -> bool:
        """Return whether a time (epoch seconds) is in the range."""
        return self.start.timestamp() <= time < self.end.timestamp()

    def minutes(self) -> list[str]:
        """Return the minutes (ISO) of the range; CommandError (exit code 2) for too many."""
        if (length := self.end - self.start) > MAX_LENGTH:
            expected = f"expected at most {MAX_LENGTH.days}"
            raise CommandError(f"--from, --to: got {length.days} days, {expected}", 2)
        return minutes(self.start, length // MINUTE)

    def until(self, now: datetime) -> "TimeRange":
        """Return the part of the range before now; CommandError if there is none."""
        if self.start >= (end := floor_minute(now)):
            raise CommandError(f"--from {iso(self.start)} is not before the current minute", 2)
        return replace(self, end=min(self.end, end))


def parse_time(text: str) -> datetime:
    """Parse an option's ISO time, in UTC if it has no offset."""
    try:
        time = parse(text)
    except ValueError:
        raise typer.BadParameter(
            f"got {text!r}, expected an ISO 8601 time such as 2024-10-10T00:00Z"
        ) from None
    if time.year not in YEARS:
        raise typer.BadParameter(f"got {text!r}, expected a year from {YEARS[0]} to {YEARS[-1]}")
    return time


def parse_minute(text: str) -> datetime:
    """Parse an option's ISO time that is the start of a minute."""
    time = parse_time(text)
    if time != floor_minute(time):
        raise typer.BadParameter(f"got {text!r}, expected the start of a minute")
    return time


def _days(value: str | timedelta) -> timedelta:
    if isinstance(value, timedelta):  # the default
        return value
    try:
        days = timedelta(days=float(value))
    except (OverflowError, ValueError):
        days = timedelta(-1)
    if not timedelta(0) <= days <= MAX_LATE:
        raise typer.BadParameter(f"got {value!r}, expected a number of days, 0 to {MAX_LATE.days}")
    return days


Start = Annotated[
    datetime,
    typer.Option("--from", parser=parse_minute, metavar="TIME", help="First minute (ISO 8601)."),
]
End = Annotated[
    datetime,
    typer.Option("--to", parser=parse_minute, metavar="TIME", help="Minute after the last one."),
]
# Of commands that by default look at the newest minutes.
OptionalStart = Annotated[
    datetime | None,
    typer.Option(
        "--from",
        parser=parse_minute,
        metavar="TIME",
        help="First minute; default: --to minus 1 h.",
    ),
]
OptionalEnd = Annotated[
    datetime | None,
    typer.Option(
        "--to",
        parser=parse_minute,
        metavar="TIME",
        help="Minute after the last one; default: now.",
    ),
]
Late = Annotated[
    timedelta,
    typer.Option(
        "--late-days",
        parser=_days,
        metavar="DAYS",
        show_default="1",
        help="Also read objects that arrived up to this many days after the range.",
    ),
]
ONE_DAY = timedelta(days=1)
ONE_HOUR = timedelta(hours=1)
