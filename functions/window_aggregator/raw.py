"""A raw object of the archive -> its transactions by minute. Pure."""

import gzip
import json
import time
import zlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

MINUTE = 60
HORIZON = 900  # seconds: later than this is late enough to be told
YEAR_10000 = 253_402_300_800  # times of four-digit years are before it

# A minute is the set of what was said about it: (transaction hash, fee in satoshi). Union of sets
# does not depend on order or repetition, so neither does anything that is made from it.
Fees = set[tuple[str, int]]


class RawError(ValueError):
    """The object is not what the archive holds; says which line and why."""


@dataclass(frozen=True, slots=True)
class Raw:
    """What an object says: its transactions by minute (ISO), and how many came very late."""

    minutes: dict[str, Fees]
    late: int


def read(body: bytes) -> Raw:
    """Read an object (gzip, one event a line).

    Raises RawError naming the line that is no event of transactions.
    """
    try:
        lines = gzip.decompress(body).splitlines()
    except (OSError, EOFError, zlib.error) as error:
        raise RawError(f"not gzip: {error}") from error
    minutes: defaultdict[int, Fees] = defaultdict(set)
    late = 0
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                event = json.loads(line)
                sent = datetime.fromisoformat(event["time"]).timestamp()
                late += _add(minutes, event["detail"]["transactions"], sent - HORIZON)
            except (ValueError, KeyError, TypeError) as error:
                raise RawError(f"line {number} is no event of transactions: {error!r}") from error
    return Raw({_iso(minute): fees for minute, fees in minutes.items()}, late)


def _add(minutes: defaultdict[int, Fees], transactions: list[Any], too_late: float) -> int:
    """Add transactions to their minutes -> how many lie before `too_late` (epoch seconds)."""
    late, minute, add = 0, -1, None
    for transaction in transactions:
        name, fee, moment = transaction["hash"], transaction["fee"], transaction["time"]
        # By exact type: true is no number, and NaN, once added, would not go away.
        if not (type(name) is str and type(fee) is int and type(moment) is int):
            raise TypeError(f"hash, fee, time are {name!r}, {fee!r}, {moment!r}")
        if fee < 0 or not 0 <= moment < YEAR_10000:
            raise ValueError(f"{name} has fee {fee}, time {moment}")
        if moment < too_late:
            late += 1
        if moment // MINUTE != minute or add is None:  # mostly they lie in the order of time
            minute = moment // MINUTE
            add = minutes[minute].add
        add((name, fee))
    return late


def _iso(minute: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime(minute * MINUTE))
