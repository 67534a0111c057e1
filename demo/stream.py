"""What is streamed and when what is expected: the simulator's plan, or a recorded file's span."""

import gzip
import math
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from poller.sources import replay

HOUR, DAY = 3600, 86_400
SIMULATED = int(datetime(2024, 10, 10, tzinfo=UTC).timestamp())
RATE = 6  # transactions a second
FIRST_TRAINING_HOURS = 13.0
TRAINING_PART, CHANGE_PART = 0.3, 0.614  # of the stream, when it is short
# A training needs MinimumMinutes (300) of history; the archive lags a few minutes behind.
LEAST_HOURS = 5.5
BEGINNING = 1000  # transactions
# The minute is what the loop counts in: to poll it six times would only be slower to watch.
EVERY_MINUTE = {"POLL_SECONDS": "60"}


class StreamError(Exception):
    """The stream cannot be used; the text is for the user."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A finite stream of transactions; times in epoch seconds."""

    environment: dict[str, str]  # what the poller's container is told
    clock_start: int
    first: int
    last: int | None  # None: not known before it is read to the end
    complete: bool  # long enough, with a change of regime, to expect the whole loop

    def first_training(self, last: int) -> int | None:
        """Return when the first model is asked for; None if there is never enough history."""
        hours = (last - self.first) / HOUR
        if hours < LEAST_HOURS:
            return None
        wanted = min(FIRST_TRAINING_HOURS, max(LEAST_HOURS, TRAINING_PART * hours))
        return math.ceil(self.first + wanted * HOUR)


def simulated(hours: float) -> Stream:
    """Plan a simulation with a change of regime in its second half."""
    change = round(hours * CHANGE_PART, 1)
    environment = {
        **EVERY_MINUTE,
        "SOURCE": "simulator",
        "SIMULATOR_START": iso(SIMULATED),
        "SIMULATOR_HOURS": f"{hours:g}",
        "SIMULATOR_RATE": str(RATE),
        "SIMULATOR_REGIME_CHANGE_HOURS": f"{change:g}",
    }
    last = SIMULATED + int(hours * HOUR)
    return Stream(environment, SIMULATED, SIMULATED, last, complete=hours >= 40)


def recorded(file: Path) -> Stream:
    """Look at the beginning of a file; raises StreamError if no transaction is there."""
    try:
        times = _beginning(file)
    except (replay.SourceError, OSError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise StreamError(f"{file} cannot be read: {error}") from error
    if not times:
        raise StreamError(f"{file} holds no transaction in its first lines (README.md: format)")
    # One line with a strange time must not start the clock years before the others.
    middle = median(times)
    first = min(time for time in times if abs(time - middle) <= DAY)
    environment = {**EVERY_MINUTE, "SOURCE": "replay", "SOURCE_FILE": str(file.resolve())}
    return Stream(environment, first - first % HOUR, first, None, complete=False)


def last_time(file: Path) -> int:
    """Read a file to its end -> the largest time in it, epoch seconds."""
    newest = 0
    for poll in replay.polls(str(file), HOUR, _now()):
        newest = max(newest, poll.time)
    return newest


def iso(seconds: float) -> str:
    """Write epoch seconds as ISO UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def epoch(text: str) -> float:
    """Read an ISO time as epoch seconds."""
    return datetime.fromisoformat(text).timestamp()


def _beginning(file: Path) -> list[int]:
    times: list[int] = []
    for poll in replay.polls(str(file), 1, _now()):
        times += [transaction.time for transaction in poll.transactions]
        if len(times) >= BEGINNING:
            break
    return times[:BEGINNING]


def _now() -> int:
    return int(datetime.now(UTC).timestamp())
