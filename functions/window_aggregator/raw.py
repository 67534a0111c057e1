"""A raw object of the archive -> its transactions by minute. Pure."""

import gzip
import json
import time
import zlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, NoReturn

from window_aggregator.fees import Columns

MINUTE = 60
HORIZON = 900  # seconds: later than this is late enough to be told
YEAR_10000 = 253_402_300_800  # times of four-digit years are before it


MEMBERS = itemgetter("hash"), itemgetter("fee"), itemgetter("time")
_MALFORMED = (KeyError, RecursionError, TypeError, ValueError)


class RawError(ValueError):
    """The object, or something in it, is not what the archive holds; says what and why."""


@dataclass(frozen=True, slots=True)
class Raw:
    """What an object says: its transactions by minute (ISO), and how many came very late.

    They are as they came, repeats included. What is no event or no transaction is refused, each
    with line and reason; the others count.
    """

    minutes: dict[str, Columns]
    late: int
    refused: list[str]


def read(body: bytes) -> Raw:
    """Read an object (gzip, one event a line); raises RawError if it is not gzip."""
    try:
        lines = gzip.decompress(body).splitlines()
    except (OSError, EOFError, zlib.error) as error:
        raise RawError(f"not gzip: {error}") from error
    minutes: defaultdict[int, Columns] = defaultdict(lambda: ([], []))
    late, refused = 0, []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            transactions, too_late = _event(line)
        except _MALFORMED as error:
            refused.append(f"line {number} is no event of transactions: {error!r}")
            continue
        try:
            late += _add(minutes, transactions, too_late)
        except _MALFORMED:  # nothing was added yet: now one by one
            for transaction in transactions:
                try:
                    late += _add(minutes, [transaction], too_late)
                except _MALFORMED as error:
                    refused.append(f"line {number} holds no transaction: {error!r}")
    return Raw({_iso(minute): columns for minute, columns in minutes.items()}, late, refused)


def _event(line: bytes) -> tuple[list[Any], float]:
    """Read a line -> its transactions, and the time (epoch seconds) before which they are late."""
    event = json.loads(line)
    transactions = event["detail"]["transactions"]
    if type(transactions) is not list:
        raise TypeError(f"transactions are {transactions!r}")
    return transactions, datetime.fromisoformat(event["time"]).timestamp() - HORIZON


def _add(minutes: defaultdict[int, Columns], transactions: list[Any], too_late: float) -> int:
    """Add transactions to their minutes -> how many lie before `too_late` (epoch seconds).

    All of an event at once: one by one, this takes as long as the decoding.
    """
    names, values, moments = (list(map(member, transactions)) for member in MEMBERS)
    if not names:
        return 0
    # By exact type: true is no number, and NaN, once added, would not go away.
    typed = {*map(type, names)} == {str} and {*map(type, values), *map(type, moments)} == {int}
    first, last = (min(moments), max(moments)) if typed else (0, 0)
    if not typed or min(values) < 0 or first < 0 or last >= YEAR_10000:
        _refuse(names, values, moments)
    if first // MINUTE == last // MINUTE:  # mostly they lie in one
        of_names, of_values = minutes[first // MINUTE]
        of_names.extend(names)
        of_values.extend(values)
    else:
        for name, value, moment in zip(names, values, moments, strict=True):
            of_names, of_values = minutes[moment // MINUTE]
            of_names.append(name)
            of_values.append(value)
    return sum(moment < too_late for moment in moments) if first < too_late else 0


def _refuse(names: list[Any], values: list[Any], moments: list[Any]) -> NoReturn:
    """Name the first transaction that is none."""
    for name, fee, moment in zip(names, values, moments, strict=True):
        if not (type(name) is str and type(fee) is int and type(moment) is int):
            raise TypeError(f"hash, fee, time are {name!r}, {fee!r}, {moment!r}")
        if fee < 0 or not 0 <= moment < YEAR_10000:
            raise ValueError(f"{name} has fee {fee}, time {moment}")
    raise AssertionError("all of them are transactions")


def _iso(minute: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime(minute * MINUTE))
