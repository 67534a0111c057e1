"""A raw object of the archive -> its transactions by minute. Pure.

`common/transaction.py` defines valid transactions. Here whole events are checked at once, because
checking each transaction takes as long as decoding the JSON.
"""

import json
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from common import gzip_lines
from common.transaction import END_OF_TIME, MAX_FEE, problem
from window_aggregator.minute_set import Columns

MINUTE = 60
LATE_SECONDS = 900  # a transaction this much older than its event counts as late

FIELDS = itemgetter("hash"), itemgetter("fee"), itemgetter("time")
_MALFORMED = (KeyError, OverflowError, RecursionError, TypeError, ValueError)


class RawObjectError(ValueError):
    """The object or some of its content is invalid."""


@dataclass(frozen=True, slots=True)
class RawObject:
    """Transactions by minute (ISO), in order and with duplicates, and the rejected content.

    `rejected` has line and reason of each malformed event and invalid transaction; `late` is the
    number of late transactions.
    """

    minutes: dict[str, Columns]
    late: int
    rejected: list[str]


def parse(body: bytes) -> RawObject:
    """Parse an object (gzip, one event per line).

    Of a damaged object the lines before the damage count. Raises RawObjectError if there are none.
    """
    lines, damage = gzip_lines.read(body)
    if damage and not lines:
        raise RawObjectError(f"not gzip: {damage}")
    minutes: defaultdict[int, Columns] = defaultdict(lambda: ([], []))
    late, rejected = 0, []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            transactions, late_before = _event(line)
        except _MALFORMED as error:
            rejected.append(f"line {number}: malformed event: {error!r}")
            continue
        try:
            late += _add(minutes, transactions, late_before)
        except _MALFORMED:  # nothing was added yet: check each transaction
            for transaction in transactions:
                if reason := problem(transaction):
                    rejected.append(f"line {number}: invalid transaction: {reason}")
                else:
                    late += _add(minutes, [transaction], late_before)
    if damage:
        rejected.append(f"line {len(lines) + 1}: the object is damaged: {damage}")
    return RawObject(
        {_iso(minute): columns for minute, columns in minutes.items()}, late, rejected
    )


def _event(line: bytes) -> tuple[list[Any], float]:
    """Parse a line; return its transactions and the epoch second before which they are late."""
    event = json.loads(line)
    transactions = event["detail"]["transactions"]
    if type(transactions) is not list:
        raise TypeError(f"transactions: got {transactions!r}, expected a list")
    return transactions, datetime.fromisoformat(event["time"]).timestamp() - LATE_SECONDS


def _add(minutes: defaultdict[int, Columns], transactions: list[Any], late_before: float) -> int:
    """Add transactions to their minutes and return how many are late.

    Raises TypeError, ValueError or KeyError, before anything is added, if any of them is invalid.
    """
    hashes, fees, seconds = (list(map(field, transactions)) for field in FIELDS)
    if not hashes:
        return 0
    # Types are compared exactly: `true` is not a number, and a NaN would spoil every sum.
    if {*map(type, hashes)} != {str} or {*map(type, fees), *map(type, seconds)} != {int}:
        raise TypeError
    first, last = min(seconds), max(seconds)
    if min(fees) < 0 or max(fees) > MAX_FEE or first < 0 or last >= END_OF_TIME:
        raise ValueError
    if first // MINUTE == last // MINUTE:  # the usual case
        minute_hashes, minute_fees = minutes[first // MINUTE]
        minute_hashes.extend(hashes)
        minute_fees.extend(fees)
    else:
        for name, fee, second in zip(hashes, fees, seconds, strict=True):
            minute_hashes, minute_fees = minutes[second // MINUTE]
            minute_hashes.append(name)
            minute_fees.append(fee)
    return sum(second < late_before for second in seconds) if first < late_before else 0


def _iso(minute: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime(minute * MINUTE))
