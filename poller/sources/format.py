"""How a source says transactions: where they are in an answer, and how one of them is read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from poller.polls import Poll, SetAside
from poller.transaction import Rejected, Transaction, raw_value

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Format:
    """The format of a source's answers (HTTP) or messages (WebSocket), once they are decoded."""

    items: Callable[[Any], list[Any] | None]  # None: there is no list where there should be one
    transaction: Callable[[Any, int], Transaction | Rejected]  # of an item; now in epoch seconds
    subscription: str = ""  # the message that asks a WebSocket server for transactions

    def poll(self, url: str, items: list[Any], largest: int, now: int) -> Poll:
        """Read items, oldest first; `largest` is the largest time of the polls before."""
        poll = Poll(largest, at=now)
        for item in items:
            result = self.transaction(item, now)
            if isinstance(result, Rejected):
                poll.rejected.append(SetAside(url, None, result.reason, raw_value(item)))
            else:
                poll.transactions.append(result)
        poll.transactions.sort(key=lambda one: one.time)
        if poll.transactions:
            poll.time = max(largest, poll.transactions[-1].time)
        return poll
