"""Which transactions were handed on already: the same hash again changes nothing."""

from collections.abc import Iterable

from poller.transaction import Transaction

# At some 100 bytes each that is two to three days of all Bitcoin transactions. What returns even
# later meets the aggregator, which counts a hash once a minute.
LIMIT = 1_000_000


class Seen:
    """The hashes of the last transactions, first met first. Its memory is bounded."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._met: dict[bytes, None] = {}

    def remember(self, names: Iterable[str]) -> None:
        """Note hashes (hex) that were handed on by another run."""
        for name in names:
            self._met[bytes.fromhex(name)] = None
        self._forget()

    def fresh(self, transactions: list[Transaction]) -> list[Transaction]:
        """Leave out what was met before, whatever else it says now: the first arrival holds."""
        met = self._met
        chosen = []
        for transaction in transactions:
            key = bytes.fromhex(transaction.hash)
            if key in met:
                continue
            met[key] = None
            chosen.append(transaction)
        self._forget()
        return chosen

    def _forget(self) -> None:
        while len(self._met) > self._limit:
            del self._met[next(iter(self._met))]
