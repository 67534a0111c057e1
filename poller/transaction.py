"""From JSON of a source to the transaction as published. Pure; no function raises on any input."""

import json
import math
import re
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, NamedTuple, NoReturn

from common.errors import shown
from common.transaction import source_problem

MAX_BYTES = 255_000  # of the text, so that one transaction fits into an event
MAX_RAW_CHARACTERS = 1000  # of a rejected line or value that are published

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_COUNTS = frozenset({"size", "weight", "vin_sz", "vout_sz"})
_REQUIRED = frozenset({"hash", "time", "fee"})
_INT64 = 2**63


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


_decode = json.JSONDecoder(parse_constant=_reject_constant).decode


class Transaction(NamedTuple):
    """A valid transaction with the JSON text that is published."""

    hash: str  # 64 lowercase hex digits
    time: int  # epoch seconds
    fee: int  # satoshi
    text: str  # ASCII


def parse(line: bytes, latest: int) -> Transaction | str:
    """Parse a line of JSON; return the transaction, or the reason why it is not valid.

    `latest` is the last time (epoch seconds) that is accepted.
    """
    try:
        value = _decode(line.decode())
    except UnicodeDecodeError as error:
        return f"not UTF-8: byte {error.start}"
    except RecursionError:
        return "not JSON: nested too deeply"
    except ValueError as error:  # JSONDecodeError, and integers of thousands of digits
        return f"not JSON: {error}"
    return from_json(value, latest)


def from_json(value: Any, latest: int) -> Transaction | str:
    """Return the transaction of a decoded JSON value, or the reason why it is not valid."""
    if problem := source_problem(value, latest):
        return problem
    name, time, fee = value["hash"].lower(), value["time"], value["fee"]
    # Not by json.dumps, which takes as long as everything else. ASCII: length is size in bytes.
    text = f'{{"hash":"{name}","time":{time},"fee":{fee}'
    optional = _optional_fields(value)
    if len(text) + len(optional) >= MAX_BYTES:
        optional = ""
    return Transaction(name, time, fee, f"{text}{optional}}}")


def raw_line(line: bytes) -> str:
    """Return the part of a rejected line that is published."""
    return line[: 4 * MAX_RAW_CHARACTERS].decode(errors="replace")[:MAX_RAW_CHARACTERS]


def raw_value(value: object) -> str:
    """Return the part of a rejected JSON value that is published: of an object its scalars."""
    if not isinstance(value, dict):
        return shown(value)
    scalars = {key: entry for key, entry in value.items() if not isinstance(entry, dict | list)}
    return json.dumps(scalars)[:MAX_RAW_CHARACTERS]


def _optional_fields(fields: dict[str, Any]) -> str:
    """Return the optional scalars as members of a JSON object.

    Nested values and values that some JSON parsers do not accept are omitted.
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
    """Return the name of an optional field as JSON; empty for required and malformed names."""
    return f",{quoted(key)}:" if key not in _REQUIRED and _is_text(key) else ""


def _is_text(value: str) -> bool:
    return value.isascii() or not _LONE_SURROGATE.search(value)
