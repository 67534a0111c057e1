"""A stream of your own: any JSON list over HTTP, described by a mapping.

An item is published as a transaction: its key becomes the hash, its value the fee. A key that is
not a hash is replaced by SHA-256 of `<name>/<key>`.
"""

import re
from decimal import Decimal, InvalidOperation
from functools import partial
from hashlib import sha256
from typing import Any

from common import times
from common.errors import bad_value
from common.transaction import MAX_FEE
from poller.config import Mapping
from poller.sources.format import DAY, Format
from poller.transaction import Transaction, from_json

_HASH = re.compile(r"[0-9a-fA-F]{64}")
# Decimal also reads digits of other scripts and underscores between them.
_PLAIN = re.compile(r"\s*[+-]?[0-9.]+([eE][+-]?[0-9]{1,9})?\s*", re.ASCII)
_MAX_DIGITS = 30  # before the decimal point: more than any fee has, and products cannot overflow


def mapped_format(mapping: Mapping) -> Format:
    """Return the format that a mapping describes."""
    return Format(partial(_items, mapping), partial(_transaction, mapping))


def resolve(value: Any, pointer: str) -> Any:
    """Return what a JSON pointer refers to, None if nothing."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and re.fullmatch("[0-9]{1,9}", name):
            value = value[int(name)] if int(name) < len(value) else None
        else:
            return None
    return value


def _items(mapping: Mapping, response: Any) -> list[Any] | None:
    items = resolve(response, mapping.items)
    return items if isinstance(items, list) else None


def _transaction(mapping: Mapping, item: Any, now: int) -> Transaction | str:
    key = resolve(item, mapping.key)
    if type(key) not in (str, int) or key == "":
        return bad_value(mapping.key, key, "a string or integer")
    time: Any = now
    if mapping.time is not None:
        time = _seconds(resolve(item, mapping.time), mapping.time_unit)
        if time is None:
            expected = f"a time in {mapping.time_unit}"
            return bad_value(mapping.time, resolve(item, mapping.time), expected)
    value = resolve(item, mapping.value)
    number = _number(value)
    if number is None:
        return bad_value(mapping.value, value, "a number")
    if not 0 <= number * mapping.scale <= MAX_FEE:
        name = f"{mapping.value} * {mapping.scale}"
        return bad_value(name, value, f"a product from 0 to {MAX_FEE}")
    fields = {
        "hash": _hash(mapping.name, str(key)),
        "time": time,
        "fee": round(number * mapping.scale),
        "source": mapping.name,
        "key": key,
    }
    return from_json(fields, now + DAY)


def _hash(name: str, key: str) -> str:
    if _HASH.fullmatch(key):
        return key
    return sha256(f"{name}/{key}".encode(errors="replace")).hexdigest()


def _number(value: Any) -> Decimal | None:
    """Return a number or the number in a string, exactly as written: 0.1 is one tenth."""
    if type(value) not in (int, float, str):
        return None
    try:
        text = str(value)
        number = Decimal(text if _PLAIN.fullmatch(text) else "nan")
    except (InvalidOperation, ValueError):  # ValueError: integers of thousands of digits
        return None
    return number if number.is_finite() and number.adjusted() < _MAX_DIGITS else None


def _seconds(value: Any, unit: str) -> int | None:
    if unit == "iso":
        try:
            return int(times.parse(value).timestamp())
        except (ValueError, OverflowError):
            return None
    number = _number(value)
    return None if number is None else int(number / (1000 if unit == "ms" else 1))
