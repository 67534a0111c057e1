"""Any stream that is a JSON list over HTTP, described by settings: where key, time and value are.

An item travels as a transaction: its key becomes the hash, its value the fee. A key that is not a
hash already is mapped to one: SHA-256 of `<name>/<key>`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

from poller.sources.format import DAY, Format
from poller.transaction import MAX_FEE, Rejected, Transaction, check, shown

TIME_UNITS = ("s", "ms", "iso")
_HASH = re.compile(r"[0-9a-fA-F]{64}")
_DIGITS = 30  # before the point: more than any value has, and decimals cannot overflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Where things are. Places are JSON pointers (RFC 6901): `/a/0` is the first of the list a."""

    name: str  # of the stream; no `/` in it
    items: str  # the list in the answer
    key: str  # in an item, a string or integer
    time: str | None  # in an item; None: the time of the poll
    time_unit: str  # one of TIME_UNITS
    value: str  # in an item, a number
    scale: Decimal  # fee = value * scale, rounded

    def format(self) -> Format:
        """Give the format that the mapping describes."""
        return Format(self._items, self._transaction)

    def _items(self, answer: Any) -> list[Any] | None:
        found = resolve(answer, self.items)
        return found if isinstance(found, list) else None

    def _transaction(self, item: Any, now: int) -> Transaction | Rejected:
        key = resolve(item, self.key)
        if type(key) not in (str, int) or key == "":
            return Rejected(f"{self.key} is no key: {shown(key)}")
        time = now if self.time is None else resolve(item, self.time)
        seconds = time if self.time is None else _seconds(time, self.time_unit)
        if seconds is None:
            return Rejected(f"{self.time} is no time in {self.time_unit}: {shown(time)}")
        value = resolve(item, self.value)
        number = _number(value)
        if number is None:
            return Rejected(f"{self.value} is not a number: {shown(value)}")
        if not 0 <= number * self.scale <= MAX_FEE:
            return Rejected(f"{self.value} * {self.scale} is not from 0 to {MAX_FEE}: {number}")
        fields = {
            "hash": self._hash(str(key)),
            "time": seconds,
            "fee": round(number * self.scale),
            "source": self.name,
            "key": key,
        }
        return check(fields, now + DAY)

    def _hash(self, key: str) -> str:
        if _HASH.fullmatch(key):
            return key
        return sha256(f"{self.name}/{key}".encode(errors="replace")).hexdigest()


def resolve(value: Any, pointer: str) -> Any:
    """Follow a JSON pointer; None if it leads nowhere."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and re.fullmatch("[0-9]{1,9}", name):
            value = value[int(name)] if int(name) < len(value) else None
        else:
            return None
    return value


def _number(value: Any) -> Decimal | None:
    """Read a number, or a string that is one, as it was written: 0.1 is a tenth."""
    if type(value) not in (int, float, str):
        return None
    try:
        number = Decimal(str(value))
    except (InvalidOperation, ValueError):  # integers of thousands of digits are ValueErrors
        return None
    return number if number.is_finite() and number.adjusted() < _DIGITS else None


def _seconds(value: Any, unit: str) -> int | None:
    if unit == "iso":
        try:
            time = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            return None
        return int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp())
    number = _number(value)
    return None if number is None else int(number / (1000 if unit == "ms" else 1))
