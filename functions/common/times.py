"""Times as the loop writes them: ISO 8601, UTC, whole seconds."""

from datetime import UTC, datetime, timedelta

MINUTE = timedelta(minutes=1)


def parse(text: str) -> datetime:
    """Read an ISO time; one without offset is UTC. Raises ValueError naming the text."""
    try:
        time = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise ValueError(f"not an ISO time: {text!r}") from None
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def iso(time: datetime) -> str:
    """Write a time as `YYYY-MM-DDTHH:MM:SSZ`."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def floor_minute(time: datetime) -> datetime:
    """Return the beginning of the minute."""
    return time.replace(second=0, microsecond=0)


def minutes(first: datetime, count: int) -> list[str]:
    """Return `count` minutes (ISO) from `first` on."""
    return [iso(first + k * MINUTE) for k in range(count)]
