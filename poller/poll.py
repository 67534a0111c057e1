"""Polls: what a source returns at a time, and how recorded transactions are split into polls."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from poller.transaction import Transaction

MAX_TEXT = 1000  # characters of each text of a rejected item that are published
MAX_JUMP = 3600  # seconds that the time of a recorded stream advances without confirmation
CONFIRMATIONS, MAX_AHEAD = 2, 1000  # transactions that confirm a jump, among so many lines
MAX_ITEMS = 10_000  # per poll: bounds the memory, whatever the times in a file are


class Rejected(NamedTuple):
    """A line or item that is not a valid transaction."""

    source: str
    line: int | None
    reason: str
    raw: str  # the beginning of it

    def published(self) -> dict[str, str | int | None]:
        """Return it as an event has it: short, whatever its source put into it."""
        return {
            "source": self.source[:MAX_TEXT],
            "line": self.line,
            "reason": self.reason[:MAX_TEXT],
            "raw": self.raw[:MAX_TEXT],
        }


@dataclass(slots=True)
class Poll:
    """Transactions in order of arrival, and what was rejected."""

    time: int  # the latest valid time so far, epoch seconds; 0 before the first
    transactions: list[Transaction] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    polled_at: int = 0  # epoch seconds; 0: the source has no clock, `time` applies
    gap: bool = False  # transactions were missed between the previous poll and this one

    @property
    def mostly_rejected(self) -> bool:
        """Whether at least half of the items are invalid, as after a change of their shape.

        A share, because a list has an invalid item in each poll for as long as it lists it.
        """
        return 0 < len(self.rejected) >= len(self.transactions)


def split_into_polls(
    arrivals: Iterable[Transaction | Rejected], seconds: int, max_items: int = MAX_ITEMS
) -> Iterator[Poll]:
    """Start a new poll when the latest time enters the next interval of `seconds`.

    A time more than MAX_JUMP ahead of the latest is only that of its transaction, unless those of
    the next ones confirm it: a single one must not move the clock of all later polls.
    """
    poll = Poll(0)
    boundary = 0
    coming = _Lookahead(arrivals)
    for arrival in coming:
        if isinstance(arrival, Rejected):
            poll.rejected.append(arrival)
        else:
            time = arrival.time
            if time > poll.time + MAX_JUMP:
                time = coming.confirmed(time, poll.time)
            if time >= boundary:
                if poll.time and (poll.transactions or poll.rejected):
                    yield poll
                    poll = Poll(poll.time)
                boundary = time - time % seconds + seconds
            poll.time = max(poll.time, time)
            poll.transactions.append(arrival)
        if len(poll.transactions) + len(poll.rejected) >= max_items:
            yield poll
            poll = Poll(poll.time)
    if poll.transactions or poll.rejected:
        yield poll


class _Lookahead:
    """An iterator that can look at what follows."""

    def __init__(self, arrivals: Iterable[Transaction | Rejected]) -> None:
        self._rest = iter(arrivals)
        self._ahead: deque[Transaction | Rejected] = deque()

    def __iter__(self) -> Iterator[Transaction | Rejected]:
        for arrival in self._rest:
            yield arrival
            while self._ahead:
                yield self._ahead.popleft()

    def confirmed(self, time: int, latest: int) -> int:
        """Return the earliest of a time and those that follow, or `latest` if too few follow.

        Of the first transactions (`latest` is 0) it is the earliest in any case.
        """
        times = [item.time for item in self._ahead if isinstance(item, Transaction)]
        while len(times) < CONFIRMATIONS and len(self._ahead) < MAX_AHEAD:
            item = next(self._rest, None)
            if item is None:
                break
            self._ahead.append(item)
            if isinstance(item, Transaction):
                times.append(item.time)
        if len(times) < CONFIRMATIONS and latest:
            return latest
        return max(latest, min([time, *times[:CONFIRMATIONS]]))
