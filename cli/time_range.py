"""A range of minutes, as it is typed: --from and --to."""

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cli.errors import CommandError
from cli.reads.aws import iso

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Span:
    """The minutes from `since` up to, not with, `until`."""

    since: datetime
    until: datetime
    read_to: datetime  # how long after the range its late transactions are looked for

    @classmethod
    def of(cls, given: argparse.Namespace) -> "Span":
        """Read the arguments; raises CommandError (exit code 2) if they are no range."""
        since, until = given.since, given.until
        if since >= until:
            raise CommandError(f"--from {iso(since)} is not before --to {iso(until)}", 2)
        return cls(since, until, until + timedelta(days=given.late_days))

    @property
    def name(self) -> str:
        """The range in letters that are fit for a key."""
        return f"{self.since:%Y%m%dT%H%MZ}-{self.until:%Y%m%dT%H%MZ}"

    def holds(self, time: int) -> bool:
        """Whether a transaction's time (epoch seconds) lies in the range."""
        return self.since.timestamp() <= time < self.until.timestamp()

    def minutes(self) -> list[str]:
        """List the minutes, ISO."""
        count = (self.until - self.since) // MINUTE
        return [iso(self.since + n * MINUTE) for n in range(count)]


def add_span(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--from", dest="since", type=_minute, required=True, help="first minute, ISO (UTC)"
    )
    parser.add_argument(
        "--to", dest="until", type=_minute, required=True, help="the minute after the last"
    )
    parser.add_argument(
        "--late-days", type=float, default=1, help="of arrivals after the range to read, too (1)"
    )


def _minute(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no ISO time") from error
    time = time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    if time.second or time.microsecond:
        raise argparse.ArgumentTypeError(f"{text!r} is not the start of a minute")
    return time
