"""The row of a minute as a pure function of the set of its transactions."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from statistics import median

from common import times
from window_aggregator.fees import Fees, smallest

# A version is so many milliseconds after the minute's end, and stays within the next minute.
COUNTED = 50_000  # members of the set that are told apart by their number alone
FIRINGS = 99  # then come those of the Flink engine, which knows less than the archive
MOST_PARTS = 59_999 - COUNTED - FIRINGS

Record = list[dict[str, str]]

# What a version of the feature group may hold, from the fees (satoshi) of a minute.
FEATURES: dict[str, Callable[[Sequence[int]], str]] = {
    "total_nb_trx_1min": lambda fees: str(len(fees)),
    "total_fee_1min": lambda fees: str(sum(fees)),
    "avg_fee_1min": lambda fees: repr(sum(fees) / len(fees)),
    "median_fee_1min": lambda fees: repr(float(median(fees))),
}
FIRST_VERSION = ("total_nb_trx_1min", "total_fee_1min", "avg_fee_1min")


def record(
    minute: str, fees: Fees, parts: int = 1, features: Sequence[str] = FIRST_VERSION
) -> Record:
    """Return the Feature Store record of a minute (ISO) whose set came in so many parts.

    Of a hash with two fees the smaller counts. The event time is the minute's end plus a version
    in milliseconds: a record made from more replaces one made from less, whichever is written
    last. Raises ValueError if a minute is so large and torn that its versions run out, and for a
    feature that nobody has written a formula for.
    """
    if unknown := set(features) - set(FEATURES):
        raise ValueError(f"no formula is known for {', '.join(sorted(unknown))} (rows.py)")
    end = times.parse(minute) + times.MINUTE + timedelta(milliseconds=version(len(fees), parts))
    values = list(smallest(fees).values())
    row = {
        "tx_minute": minute,
        **{name: FEATURES[name](values) for name in features},
        "event_time": end.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    return [{"FeatureName": name, "ValueAsString": value} for name, value in row.items()]


def version(members: int, parts: int) -> int:
    """Return a number that grows with the set: by its members, beyond 50,000 by its parts.

    Parts are only ever added and a listing shows all of them, so a set that was read from more
    parts holds every set that was read from fewer.
    """
    if members <= COUNTED:
        return members
    if parts > MOST_PARTS:
        raise ValueError(
            f"{members} transactions in {parts} parts: {MOST_PARTS} can be told apart"
        )
    return COUNTED + FIRINGS + parts


def conflicts(fees: Fees) -> int:
    """Return how many members contradict another one of the same transaction."""
    return len(fees) - len(smallest(fees))
