"""The format of a source: where its items are in a response, and how an item is parsed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from poller.poll import Poll, Rejected
from poller.transaction import Transaction, raw_value

DAY = 86_400  # seconds by which a transaction may be in the future
MAX_REJECTED = 10_000  # of one response: with more of them it is not in this format


class FormatError(Exception):
    """Too many items are invalid."""


def no_sequence(_message: Any) -> int | None:
    """Return None: messages have no numbers."""
    return None


@dataclass(frozen=True, slots=True)
class Format:
    """The format of the decoded responses (HTTP) or messages (WebSocket) of a source."""

    items: Callable[[Any], list[Any] | None]  # None: the response is not as expected
    transaction: Callable[[Any, int], Transaction | str]  # of an item and the time (epoch seconds)
    subscription: str = ""  # first message to a WebSocket server
    # Number of a message, if the server counts them: the next one has the next number.
    sequence: Callable[[Any], int | None] = no_sequence

    def poll(self, url: str, items: list[Any], latest: int, now: int) -> Poll:
        """Parse items into a poll, oldest first; `latest` is the latest time of earlier polls.

        The time of the poll is never after `now`: a single item from the future must not move the
        clock of all later ones. Raises FormatError for more than MAX_REJECTED invalid items.
        """
        poll = Poll(latest, polled_at=now)
        for item in items:
            result = self.transaction(item, now)
            if isinstance(result, str):
                if len(poll.rejected) == MAX_REJECTED:
                    first = poll.rejected[0].reason
                    raise FormatError(f"more than {MAX_REJECTED} invalid items, first: {first}")
                poll.rejected.append(Rejected(url, None, result, raw_value(item)))
            else:
                poll.transactions.append(result)
        poll.transactions.sort(key=lambda transaction: transaction.time)
        if poll.transactions:
            poll.time = max(latest, min(poll.transactions[-1].time, now))
        return poll
