"""Which JSON values are transactions. Pure: no clock, no network; nothing raises on any input."""

import json
import math
import re
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, NamedTuple, NoReturn

FIRST_TIME = 1_231_006_505  # the first Bitcoin block, 2009-01-03
MAX_FEE = 21_000_000 * 100_000_000  # satoshi: all the bitcoin there can be
MAX_BYTES = 255_000  # of the text: so one transaction fits into an event
RAW_CHARACTERS = 1000  # of what is refused are kept

_HASH = re.compile(r"[0-9a-fA-F]{64}")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_COUNTS = frozenset({"size", "weight", "vin_sz", "vout_sz"})
_OWN = frozenset({"hash", "time", "fee"})
_INT64 = 2**63


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


_decode = json.JSONDecoder(parse_constant=_no_constant).decode


class Transaction(NamedTuple):
    """A valid transaction: what identifies it, and the JSON text in which it travels."""

    hash: str  # 64 small hex digits
    time: int  # epoch seconds
    fee: int  # satoshi
    text: str


class Rejected(NamedTuple):
    """Why something is no transaction."""

    reason: str


def parse(text: bytes, latest: int) -> Transaction | Rejected:
    """Read one line of JSON; `latest` is the last time (epoch seconds) that is believed."""
    try:
        value = _decode(text.decode())
    except UnicodeDecodeError as error:
        return Rejected(f"not UTF-8: byte {error.start}")
    except RecursionError:
        return Rejected("not JSON: nested too deeply")
    except ValueError as error:  # JSONDecodeError, and integers of thousands of digits
        return Rejected(f"not JSON: {error}")
    return check(value, latest)


def check(value: object, latest: int) -> Transaction | Rejected:
    """Check a decoded JSON value, of our own or blockchain.info's shape."""
    if not isinstance(value, dict):
        return Rejected(f"not a JSON object: {shown(value)}")
    fields: dict[str, Any] = value
    name, time, fee = fields.get("hash"), fields.get("time"), fields.get("fee")
    if not isinstance(name, str) or not _HASH.fullmatch(name):
        return Rejected(f"hash is not 64 hex digits: {shown(name)}")
    if type(time) is not int or not FIRST_TIME <= time <= latest:  # a bool is an int, too
        return Rejected(_range_problem("time", time, FIRST_TIME, latest))
    if type(fee) is not int or not 0 <= fee <= MAX_FEE:
        return Rejected(_range_problem("fee", fee, 0, MAX_FEE))
    name = name.lower()
    # By hand, because json's encoder takes as long as all the rest. ASCII: a text's length is its
    # size in bytes.
    text = f'{{"hash":"{name}","time":{time},"fee":{fee}'
    further = _further(fields)
    if len(text) + len(further) >= MAX_BYTES:  # such fields are worth less than the transaction
        further = ""
    return Transaction(name, time, fee, f"{text}{further}}}")


def _range_problem(name: str, value: object, low: int, high: int) -> str:
    if type(value) is not int:
        return f"{name} is not an integer: {shown(value)}"
    return f"{name} is not between {low} and {high}: {shown(value)}"


def raw_line(line: bytes) -> str:
    """Give the part of a refused line that is kept."""
    return line[: 4 * RAW_CHARACTERS].decode(errors="replace")[:RAW_CHARACTERS]


def raw_value(value: object) -> str:
    """Give the part of a refused JSON value that is kept: of an object its scalars."""
    if not isinstance(value, dict):
        return shown(value)
    scalars = {key: entry for key, entry in value.items() if not isinstance(entry, dict | list)}
    return json.dumps(scalars)[:RAW_CHARACTERS]


def shown(value: object) -> str:
    """Show a refused value, shortly."""
    if type(value) is int and value.bit_length() > 256:
        return f"an integer of {value.bit_length()} bits"
    if isinstance(value, dict | list):
        return f"a {type(value).__name__} of {len(value)}"
    return ascii(value)[:100]


def _further(fields: dict[str, Any]) -> str:
    """Write the further scalars that travel along, as members of a JSON object.

    Nested values do not, nor does what some JSON readers refuse.
    """
    members = []
    for key, value in fields.items():
        name = _name(key)
        if not name:
            continue
        if type(value) is int:
            if -_INT64 <= value < _INT64 and (value >= 0 or key not in _COUNTS):
                members.append(f"{name}{value}")
        elif key not in _COUNTS and (text := _other_scalar(value)):
            members.append(name + text)
    return "".join(members)


def _other_scalar(value: Any) -> str:
    if value is None:
        return "null"
    kind = type(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is str and _is_text(value):
        return quoted(value)
    return repr(value) if kind is float and math.isfinite(value) else ""


@lru_cache(1000)
def _name(key: str) -> str:
    """Write a further field's name; nothing for what is written already."""
    return f",{quoted(key)}:" if key not in _OWN and _is_text(key) else ""


def _is_text(value: str) -> bool:
    return value.isascii() or not _LONE_SURROGATE.search(value)
