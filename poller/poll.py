"""Polls: what a source returns at a time, and how recorded transactions are split into polls."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from poller.transaction import Transaction

MAX_ITEMS = 10_000  # per poll: bounds the memory, whatever the times in a file are


class Rejected(NamedTuple):
    """A line or item that is not a valid transaction, as published."""

    source: str
    line: int | None
    reason: str
    raw: str  # the first 1000 characters


@dataclass(slots=True)
class Poll:
    """Transactions in order of arrival, and what was rejected."""

    time: int  # the latest valid time so far, epoch seconds; 0 before the first
    transactions: list[Transaction] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    polled_at: int = 0  # epoch seconds; 0: the source has no clock, `time` applies
    gap: bool = False  # transactions were missed between the previous poll and this one


def split_into_polls(
    arrivals: Iterable[Transaction | Rejected], seconds: int, max_items: int = MAX_ITEMS
) -> Iterator[Poll]:
    """Start a new poll when the latest time enters the next interval of `seconds`."""
    poll = Poll(0)
    boundary = 0
    for arrival in arrivals:
        if isinstance(arrival, Rejected):
            poll.rejected.append(arrival)
        else:
            time = arrival.time
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
