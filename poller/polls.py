"""What sources hand over, poll after poll, and how a stream without a clock is cut into polls."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from poller.transaction import Transaction

MOST = 10_000  # lines in one poll: bounds the memory, whatever the times in a file say


class SetAside(NamedTuple):
    """A line or transaction that is not published, and why."""

    source: str
    line: int | None
    reason: str
    raw: str  # the first 1000 characters


@dataclass(slots=True)
class Poll:
    """What one poll brought: valid transactions in the order of arrival, and what was refused."""

    time: int  # the largest valid time so far, epoch seconds; 0 before the first
    transactions: list[Transaction] = field(default_factory=list)
    rejected: list[SetAside] = field(default_factory=list)
    at: int = 0  # when it was polled, epoch seconds; 0: as its stream's own time says
    gap: bool = False  # between the poll before and this one something was missed


def cut(
    arrivals: Iterable[Transaction | SetAside], seconds: int, most: int = MOST
) -> Iterator[Poll]:
    """Begin a new poll when the largest time so far enters another `seconds` of stream time."""
    poll = Poll(0)
    boundary = 0
    for arrival in arrivals:
        if isinstance(arrival, SetAside):
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
        if len(poll.transactions) + len(poll.rejected) >= most:
            yield poll
            poll = Poll(poll.time)
    if poll.transactions or poll.rejected:
        yield poll
