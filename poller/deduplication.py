"""Deduplication: a transaction is published once, however often a source returns it."""

from collections.abc import Iterable

from poller.transaction import Transaction

# At about 100 bytes each, two to three days of all Bitcoin transactions. Later repetitions are
# counted once per minute by the aggregator.
MAX_HASHES = 1_000_000


class Deduplication:
    """The hashes of the latest transactions, oldest first; bounded."""

    def __init__(self, max_hashes: int = MAX_HASHES) -> None:
        self._max_hashes = max_hashes
        self._hashes: dict[bytes, None] = {}

    def add(self, hashes: Iterable[str]) -> None:
        """Add hashes (hex) that an earlier run published."""
        self._hashes |= dict.fromkeys(map(bytes.fromhex, hashes))
        self._evict()

    def new(self, transactions: list[Transaction]) -> list[Transaction]:
        """Return the transactions with a new hash; of several with one hash the first."""
        known = self._hashes
        found = []
        for transaction in transactions:
            key = bytes.fromhex(transaction.hash)
            if key not in known:
                known[key] = None
                found.append(transaction)
        self._evict()
        return found

    def _evict(self) -> None:
        while len(self._hashes) > self._max_hashes:
            del self._hashes[next(iter(self._hashes))]
