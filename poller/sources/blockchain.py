"""blockchain.info: the newest unconfirmed transactions as a list, or each as a message.

Both know `hash`, `time` (when its node saw the transaction first), `size` and further fields. The
list says the fee; a message does not: it is what the inputs hold and the outputs do not.
"""

from typing import Any

from poller.sources.format import DAY, Format
from poller.transaction import Rejected, Transaction, check

URL = "https://blockchain.info/unconfirmed-transactions?format=json"
CHAIN_URL = "https://blockchain.info"


def transaction(item: Any, now: int) -> Transaction | Rejected:
    """Read a transaction that says its fee."""
    return check(item, now + DAY)


def _listed(answer: Any) -> list[Any] | None:
    listed = answer.get("txs") if isinstance(answer, dict) else None
    return listed if isinstance(listed, list) else None


def _sent(message: Any) -> list[Any]:
    """Give the transaction of a message; there are others, such as answers to pings."""
    if isinstance(message, dict) and message.get("op") == "utx":
        return [message.get("x")]
    return []


def _with_fee(item: Any, now: int) -> Transaction | Rejected:
    if not isinstance(item, dict):
        return transaction(item, now)
    try:
        spent = [entry["prev_out"]["value"] for entry in item["inputs"]]
        kept = [entry["value"] for entry in item["out"]]
    except (KeyError, TypeError) as error:
        return Rejected(f"fee is unknown: inputs or outputs are incomplete ({error})")
    if not all(type(value) is int for value in spent + kept):
        return Rejected("fee is unknown: inputs or outputs are no integers")
    return transaction(item | {"fee": sum(spent) - sum(kept)}, now)


LIST = Format(_listed, transaction)
MESSAGES = Format(_sent, _with_fee, '{"op":"unconfirmed_sub"}')
