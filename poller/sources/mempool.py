"""mempool.space: every transaction as it enters the mempool, or a list of the newest ten.

A message holds the transactions of a few seconds, with `firstSeen`. The list has no time: there it
is the poll's. Ten are the transactions of about two seconds, so the list suits tests and quiet
networks.
"""

from typing import Any

from poller.sources.format import DAY, Format
from poller.transaction import Rejected, Transaction, check

URL = "wss://mempool.space/api/v1/ws"


def _listed(answer: Any) -> list[Any] | None:
    return answer if isinstance(answer, list) else None


def _sent(message: Any) -> list[Any]:
    """Give the transactions of a message; there are others, such as statistics."""
    news = message.get("mempool-transactions") if isinstance(message, dict) else None
    added = news.get("added") if isinstance(news, dict) else None
    return added if isinstance(added, list) else []


def _transaction(item: Any, now: int) -> Transaction | Rejected:
    if not isinstance(item, dict):
        return check(item, now + DAY)
    further = {name: item[name] for name in ("size", "weight", "vsize", "value") if name in item}
    time = item.get("firstSeen") or now
    ours = {"hash": item.get("txid"), "time": time, "fee": item.get("fee"), **further}
    return check(ours, now + DAY)


LIST = Format(_listed, _transaction)
MESSAGES = Format(_sent, _transaction, '{"track-mempool":true}')
