"""A raw object of the archive -> its transactions by minute. Pure."""

import gzip
import json
import time
import zlib
from functools import lru_cache
from typing import Any

MINUTE = 60
YEAR_10000 = 253_402_300_800  # times of four-digit years are before it

# A minute is the set of what was said about it: (transaction hash, fee in satoshi). Union of sets
# does not depend on order or repetition, so neither does anything that is made from it.
Fees = set[tuple[str, int]]


class RawError(ValueError):
    """The object is not what the archive holds; says which line and why."""


def by_minute(body: bytes) -> dict[str, Fees]:
    """Return the transactions of an object (gzip, one event a line) by minute (ISO).

    Raises RawError naming the line that is no event of transactions.
    """
    try:
        lines = gzip.decompress(body).splitlines()
    except (OSError, EOFError, zlib.error) as error:
        raise RawError(f"not gzip: {error}") from error
    minutes: dict[str, Fees] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                _add(minutes, json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                raise RawError(f"line {number} is no event of transactions: {error!r}") from error
    return minutes


def _add(minutes: dict[str, Fees], event: Any) -> None:
    for transaction in event["detail"]["transactions"]:
        name, fee, moment = transaction["hash"], transaction["fee"], transaction["time"]
        # By exact type: true is no number, and NaN, once added, would not go away.
        if not (type(name) is str and type(fee) is int and type(moment) is int):
            raise TypeError(f"hash, fee, time are {name!r}, {fee!r}, {moment!r}")
        if fee < 0 or not 0 <= moment < YEAR_10000:
            raise ValueError(f"{name} has fee {fee}, time {moment}")
        minutes.setdefault(_minute(moment // MINUTE), set()).add((name, fee))


@lru_cache(1024)
def _minute(number: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime(number * MINUTE))
