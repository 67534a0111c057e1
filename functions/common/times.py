"""Times as the loop writes them: ISO 8601, UTC, whole seconds."""

from datetime import UTC, datetime, timedelta

from common.errors import bad_value

MINUTE = timedelta(minutes=1)


def parse(text: str) -> datetime:
    """Parse an ISO 8601 time; UTC if it has no offset. Raises ValueError."""
    try:
        time = datetime.fromisoformat(text)
        # An offset may lead out of the years that a datetime can have.
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (OverflowError, TypeError, ValueError):
        raise ValueError(bad_value("time", text, "an ISO 8601 time")) from None


def iso(time: datetime) -> str:
    """Format a time as `YYYY-MM-DDTHH:MM:SSZ`."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def floor_minute(time: datetime) -> datetime:
    """Return the start of the minute that contains the time."""
    return time.replace(second=0, microsecond=0)


def minutes(first: datetime, count: int) -> list[str]:
    """Return `count` consecutive minutes (ISO), starting with `first`."""
    return [iso(first + k * MINUTE) for k in range(count)]
