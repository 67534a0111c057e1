"""Which transactions were handed on lately. It saves events; correctness never depends on it."""

from collections import OrderedDict

from poller.transaction import Transaction


class Seen:
    """The last transactions, least recently met first. Its memory is bounded."""

    def __init__(self, limit: int = 20_000) -> None:
        self._limit = limit
        self._met: OrderedDict[tuple[str, int, int], None] = OrderedDict()

    def fresh(self, transactions: list[Transaction]) -> list[Transaction]:
        """Leave out what was met before with the same time and fee.

        A known hash with another fee is not a repeat: it passes, so that what comes of it
        downstream does not depend on how long this memory is.
        """
        met = self._met
        chosen = []
        for transaction in transactions:
            key = transaction[:3]
            if key in met:
                met.move_to_end(key)
                continue
            met[key] = None
            chosen.append(transaction)
            if len(met) > self._limit:
                met.popitem(last=False)
        return chosen
