"""blockchain.info's past: the blocks of the chain, from the newest back, and each new one.

A transaction in a block still has the time when it was seen first, so it heals the minute it
belongs to. One that was dropped or replaced before it got into a block cannot be had again.
"""

from typing import Any

from poller.polls import Poll
from poller.sources import blockchain
from poller.sources.answers import FAILURES, AnswerError, fetch, session

NEWS_SECONDS = 60.0  # between looks for a new block; they come every 600 s on average


class Blocks:
    """The chain back to a time (epoch seconds); a piece is a block, or a look for a new one."""

    def __init__(self, url: str, since: int) -> None:
        self._url, self._since = url.rstrip("/"), since
        self._session = session()
        self._read: set[str] = set()  # some 52,000 hashes a year
        self._newest = ""
        self._next: str | None = None  # the block to read

    def piece(self, now: int) -> tuple[Poll | None, float]:
        """Go back from the newest block to one that was read before or is older than the time."""
        if self._next is None:
            self._newest = _hash(fetch(self._session, f"{self._url}/latestblock"), "hash")
            if self._newest in self._read:
                return None, NEWS_SECONDS
            self._next = self._newest
            return None, 0
        try:
            poll = self._block(self._next, now)
        except FAILURES:
            if self._next == self._newest:  # another block may have taken its place by now
                self._next = None
            raise
        return poll, 0 if self._next else NEWS_SECONDS

    def _block(self, name: str, now: int) -> Poll:
        url = f"{self._url}/rawblock/{name}"
        block = fetch(self._session, url)
        before = _hash(block, "prev_block")
        mined, listed = block.get("time"), block.get("tx")
        if type(mined) is not int or not isinstance(listed, list):
            raise AnswerError(f"no block: {ascii(block)[:100]}")
        self._read.add(name)
        self._next = None if mined < self._since or before in self._read else before
        poll = blockchain.LIST.poll(url, [item for item in listed if _pays(item)], 0, now)
        poll.transactions = [one for one in poll.transactions if one.time >= self._since]
        return poll


def _pays(item: Any) -> bool:
    """Leave out what creates a block's bitcoin: it spends nothing and was never unconfirmed."""
    inputs = item.get("inputs") if isinstance(item, dict) else None
    if not isinstance(inputs, list):
        return True  # it will be set aside
    return any(isinstance(one, dict) and one.get("prev_out") for one in inputs)


def _hash(answer: Any, name: str) -> str:
    value = answer.get(name) if isinstance(answer, dict) else None
    if isinstance(value, str) and value.isalnum():
        return value
    raise AnswerError(f"no {name}: {ascii(answer)[:100]}")
