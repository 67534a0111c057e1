"""The stream of a demo: a simulation, or a recorded file."""

import zlib
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from common import times
from poller.sources import replay

HOUR, DAY = 3600, 86_400
SIMULATION_START = int(datetime(2024, 10, 10, tzinfo=UTC).timestamp())
RATE = 6  # transactions a second
CHANGE_SHARE = 0.614  # of the hours of a simulation
MIN_HOURS = 8.0  # a first model needs 450 minutes of history; the archive is a few minutes behind
SAMPLE_SIZE = 1000  # first transactions
# Rows are per minute, and complete after five (`monitoring.lag_minutes`): more polls would only
# take time.
POLLS = {"POLL_SECONDS": "180"}


UNREADABLE = (replay.SourceError, OSError, EOFError, zlib.error)  # BadGzipFile is an OSError


class StreamError(Exception):
    """The stream cannot be used; the message is for the user."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A finite stream of transactions; times in epoch seconds."""

    environment: dict[str, str]  # of the poller's container
    clock_start: int
    first: int
    last: int | None  # None: known when the file has been read to its end
    complete: bool  # long enough, with a regime change, to expect the whole loop

    def last_time(self) -> Future[int]:
        """Return the largest time; a recorded file is read to its end in the background."""
        if self.last is not None:
            known: Future[int] = Future()
            known.set_result(self.last)
            return known
        pool = ThreadPoolExecutor(1)
        return pool.submit(last_time, Path(self.environment["SOURCE_FILE"]))


def choose(source: str | None, file: Path | None, hours: float, seed: int = 0) -> Stream:
    """Return the stream that the arguments select; StreamError if they contradict each other."""
    source = source or ("simulator" if file is None else "replay")
    if source not in {"simulator", "replay"}:
        raise StreamError(f"SOURCE: got {source}, expected simulator or replay")
    if source == "simulator" and file is not None:
        raise StreamError(f"FILE: got {file}, but SOURCE is simulator: leave one of them out")
    if source == "replay" and file is None:
        raise StreamError("SOURCE=replay needs a file of transactions: FILE=…")
    return simulated(hours, seed) if file is None else recorded(file)


def simulated(hours: float, seed: int = 0) -> Stream:
    """Return a simulation with a regime change in its second half.

    Raises StreamError if it is too short for a first model.
    """
    _require(hours, f"a simulation of {hours:g} h")
    change = round(hours * CHANGE_SHARE, 1)
    environment = {
        **POLLS,
        "SOURCE": "simulator",
        "SIMULATOR_SEED": str(seed),
        "SIMULATOR_START": iso(SIMULATION_START),
        "SIMULATOR_HOURS": f"{hours:g}",
        "SIMULATOR_RATE": str(RATE),
        "SIMULATOR_REGIME_CHANGE_HOURS": f"{change:g}",
    }
    last = SIMULATION_START + int(hours * HOUR)
    return Stream(environment, SIMULATION_START, SIMULATION_START, last, complete=hours >= 40)


def recorded(file: Path) -> Stream:
    """Return a recorded file; StreamError if it has no transactions or too few hours of them."""
    try:
        sample = _first_times(file)
        # A single outlier must not start the clock years before the other times.
        middle = median(sample) if sample else 0
        first = min((time for time in sample if abs(time - middle) <= DAY), default=0)
        hours = _hours(file, first) if sample else 0
    except UNREADABLE as error:
        raise StreamError(f"{file} cannot be read: {error}") from error
    if not sample:
        raise StreamError(f"{file} has no transaction in its first lines (README.md: format)")
    _require(hours, str(file))
    environment = {**POLLS, "SOURCE": "replay", "SOURCE_FILE": str(file.resolve())}
    return Stream(environment, first - first % HOUR, first, None, complete=False)


def last_time(file: Path) -> int:
    """Read a file to its end and return the largest time in it (epoch seconds)."""
    try:
        return max(poll.time for poll in replay.polls(str(file), HOUR, _now()))
    except UNREADABLE as error:
        raise StreamError(f"{file} cannot be read to its end: {error}") from error


def iso(seconds: float) -> str:
    """Format epoch seconds as ISO UTC."""
    return times.iso(datetime.fromtimestamp(seconds, UTC))


def epoch(text: str) -> float:
    """Parse an ISO time to epoch seconds."""
    return datetime.fromisoformat(text).timestamp()


def _require(hours: float, what: str) -> None:
    if not hours >= MIN_HOURS:
        raise StreamError(f"{what}: {hours:.3g} h found, {MIN_HOURS:g} h needed for a first model")


def _hours(file: Path, first: int) -> float:
    """Return the hours that a file covers, at most the required ones."""
    newest = first
    for poll in replay.polls(str(file), HOUR, _now()):
        newest = max(newest, poll.time)
        if newest - first >= MIN_HOURS * HOUR:
            break
    return (newest - first) / HOUR


def _first_times(file: Path) -> list[int]:
    found: list[int] = []
    for poll in replay.polls(str(file), 1, _now()):
        found += [transaction.time for transaction in poll.transactions]
        if len(found) >= SAMPLE_SIZE:
            break
    return found[:SAMPLE_SIZE]


def _now() -> int:
    return int(datetime.now(UTC).timestamp())
