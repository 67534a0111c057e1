"""mempool.space: every transaction as it enters the mempool, or a list of the newest ten.

A message has the transactions of a few seconds, with `firstSeen`, and a number that grows by one
with each message of a connection. Items of the list have no time;
theirs is that of the poll. The list covers about two seconds: use it for tests and quiet networks.
"""

from typing import Any

from poller.sources.format import DAY, Format
from poller.transaction import Transaction, from_json

_OPTIONAL = ("size", "weight", "vsize", "value")


def _list_items(response: Any) -> list[Any] | None:
    return response if isinstance(response, list) else None


def _delta(message: Any) -> dict[str, Any]:
    """Return the change of the mempool in a message; others, such as statistics, have none."""
    delta = message.get("mempool-transactions") if isinstance(message, dict) else None
    return delta if isinstance(delta, dict) else {}


def _message_items(message: Any) -> list[Any]:
    added = _delta(message).get("added")
    return added if isinstance(added, list) else []


def _sequence(message: Any) -> int | None:
    number = _delta(message).get("sequence")
    return number if type(number) is int else None


def _transaction(item: Any, now: int) -> Transaction | str:
    if not isinstance(item, dict):
        return from_json(item, now + DAY)
    seen = item.get("firstSeen")
    fields = {"hash": item.get("txid"), "time": now if seen in (None, 0) else seen}
    fields |= {"fee": item.get("fee")}
    fields |= {name: item[name] for name in _OPTIONAL if name in item}
    return from_json(fields, now + DAY)


LIST = Format(_list_items, _transaction)
MESSAGES = Format(_message_items, _transaction, '{"track-mempool":true}', _sequence)
