"""blockchain.info: a list of the newest unconfirmed transactions, or each as a message.

Both contain `hash`, `time` (when its node received the transaction), `size` and more. The list
contains the fee; that of a message is the sum of the inputs less the sum of the outputs.
"""

from typing import Any

from poller.sources.format import DAY, Format
from poller.transaction import Transaction, from_json


def _list_items(response: Any) -> list[Any] | None:
    items = response.get("txs") if isinstance(response, dict) else None
    return items if isinstance(items, list) else None


def _message_items(message: Any) -> list[Any]:
    """Return the transaction of a message; other messages have none."""
    if isinstance(message, dict) and message.get("op") == "utx":
        return [message.get("x")]
    return []


def _with_fee(item: Any, now: int) -> Transaction | str:
    return from_json(item, now + DAY)


def _without_fee(item: Any, now: int) -> Transaction | str:
    if not isinstance(item, dict):
        return from_json(item, now + DAY)
    try:
        inputs = [entry["prev_out"]["value"] for entry in item["inputs"]]
        outputs = [entry["value"] for entry in item["out"]]
    except (KeyError, TypeError) as error:
        return f"fee is unknown: inputs or outputs are incomplete ({error})"
    if not all(type(value) is int for value in inputs + outputs):
        return "fee is unknown: inputs or outputs are not integers"
    return from_json(item | {"fee": sum(inputs) - sum(outputs)}, now + DAY)


LIST = Format(_list_items, _with_fee)
MESSAGES = Format(_message_items, _without_fee, '{"op":"unconfirmed_sub"}')
