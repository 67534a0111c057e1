"""The history of blockchain.info: the blocks of the chain, from the newest back, and new ones.

A transaction in a block still has the time at which it was first seen, so it belongs to the same
minute. One that was dropped or replaced before it got into a block is lost.
"""

import re
from typing import Any

from poller.poll import Poll
from poller.sources import blockchain
from poller.sources.format import FormatError
from poller.sources.http_client import HttpClient, HttpError
from poller.urls import shown_url

NEW_BLOCK_SECONDS = 60.0  # between checks for a new block; they come every 600 s on average


class BlockchainHistory:
    """The chain back to a time (epoch seconds); a part is a block or a check for a new one."""

    def __init__(self, client: HttpClient, url: str, since: int) -> None:
        self._client, self._url, self._since = client, url.rstrip("/"), since
        self._read: set[str] = set()  # about 52,000 hashes per year
        self._newest = ""
        self._next: str | None = None  # the block to read

    def next_part(self, now: int) -> tuple[Poll | None, float]:
        """Go back from the newest block to one that was read or is older than the time."""
        if self._next is None:
            self._newest = _hash(self._client.fetch(f"{self._url}/latestblock"), "hash")
            if self._newest in self._read:
                return None, NEW_BLOCK_SECONDS
            self._next = self._newest
            return None, 0
        try:
            poll = self._block(self._next, now)
        except HttpError:
            if self._next == self._newest:  # another block may have replaced it
                self._next = None
            raise
        return poll, 0 if self._next else NEW_BLOCK_SECONDS

    def _block(self, name: str, now: int) -> Poll:
        block = self._client.fetch(f"{self._url}/rawblock/{name}")
        previous = _hash(block, "prev_block")
        mined, items = block.get("time"), block.get("tx")
        if type(mined) is not int or not isinstance(items, list):
            raise HttpError(f"the response is not a block: {ascii(block)[:100]}")
        source = f"{shown_url(self._url)}/rawblock/{name}"
        try:
            poll = blockchain.LIST.poll(source, list(filter(_has_inputs, items)), 0, now)
        except FormatError as error:
            raise HttpError(str(error)) from error
        self._read.add(name)
        self._next = None if mined < self._since or previous in self._read else previous
        poll.transactions = [one for one in poll.transactions if one.time >= self._since]
        return poll


def _has_inputs(item: Any) -> bool:
    """Return False for the coinbase transaction, which was never unconfirmed."""
    inputs = item.get("inputs") if isinstance(item, dict) else None
    if not isinstance(inputs, list):
        return True  # it will be rejected
    return any(isinstance(entry, dict) and entry.get("prev_out") for entry in inputs)


def _hash(response: Any, name: str) -> str:
    value = response.get(name) if isinstance(response, dict) else None
    if isinstance(value, str) and re.fullmatch("[0-9A-Za-z]{1,64}", value):
        return value
    raise HttpError(f"the response has no {name}: {ascii(response)[:100]}")
