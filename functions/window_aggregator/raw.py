"""A raw object of the archive -> its transactions by minute. Pure."""

import gzip
import json
import time
import zlib
from functools import lru_cache
from typing import Any

MINUTE = 60
Fees = dict[str, int]  # satoshi by transaction hash


class RawError(ValueError):
    """The object is not what the archive holds; says which line and why."""


def by_minute(body: bytes) -> dict[str, Fees]:
    """Return the fees of an object (gzip, one event a line), by minute (ISO) and hash.

    Raises RawError; a hash that comes twice within a minute is one transaction (`merge`).
    """
    try:
        lines = gzip.decompress(body).splitlines()
    except (OSError, EOFError, zlib.error) as error:
        raise RawError(f"not gzip: {error}") from error
    minutes: dict[str, Fees] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            _add(minutes, line, number)
    return minutes


def merge(into: Fees, fees: Fees) -> int:
    """Add transactions -> how many had another fee before.

    The smaller fee stays, so that the result does not depend on the order of arrival.
    """
    conflicts = 0
    for name, fee in fees.items():
        known = into.setdefault(name, fee)
        if known != fee:
            conflicts += 1
            into[name] = min(known, fee)
    return conflicts


def _add(minutes: dict[str, Fees], line: bytes, number: int) -> None:
    try:
        event: Any = json.loads(line)
        for transaction in event["detail"]["transactions"]:
            fees = minutes.setdefault(_minute(transaction["time"] // MINUTE), {})
            name, fee = transaction["hash"], transaction["fee"]
            if fees.setdefault(name, fee) != fee:
                fees[name] = min(fees[name], fee)
    except (ValueError, KeyError, TypeError) as error:
        raise RawError(f"line {number} is no event of transactions: {error!r}") from error


@lru_cache(1024)
def _minute(number: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime(number * MINUTE))
