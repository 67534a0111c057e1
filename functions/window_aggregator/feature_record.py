"""The Feature Store record of a minute as a pure function of the set of its transactions."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

from common import times
from common.errors import bad_value
from common.feature_rows import EVENT_TIME, FEATURES, MINUTE
from window_aggregator.minute_set import MinuteSet, lowest_fee_per_hash

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_featurestore_runtime.type_defs import FeatureValueTypeDef

# The version of a record is its event time in milliseconds after the minute's end, below 60,000:
# the number of members up to MAX_COUNTED, then the Flink engine's firings, then parts.
MAX_COUNTED = 50_000
FLINK_FIRINGS = 99
MAX_PARTS = 59_999 - MAX_COUNTED - FLINK_FIRINGS

MAX_TOTAL = 2**63 - 1  # of a feature of type Integral
FIRST_VERSION = tuple(FEATURES)
# Formula of every feature, from the fees (satoshi) of a minute.
FORMULAS: dict[str, Callable[[Sequence[int]], str]] = {
    "total_nb_trx_1min": lambda fees: str(len(fees)),
    "total_fee_1min": lambda fees: str(sum(fees)),
    "avg_fee_1min": lambda fees: repr(sum(fees) / len(fees)),
    "median_fee_1min": lambda fees: repr(float(median(fees))),
}


def record(
    minute: str, members: MinuteSet, parts: int = 1, features: Sequence[str] = FIRST_VERSION
) -> "list[FeatureValueTypeDef]":
    """Return the record of a minute (ISO) whose set was read from `parts` parts.

    If a hash has two fees, the lower one counts. The event time is the minute's end plus the
    version in milliseconds, so a record computed from more transactions replaces one computed from
    fewer in any order of writes. Raises ValueError for a feature without a formula, if the version
    would exceed a minute, or if the total exceeds 64 bits.
    """
    if unknown := sorted(set(features) - set(FORMULAS)):
        raise ValueError(bad_value("feature", ", ".join(unknown), f"one of {', '.join(FORMULAS)}"))
    end = times.parse(minute) + times.MINUTE
    event_time = end + timedelta(milliseconds=version(len(members), parts))
    fees = list(lowest_fee_per_hash(members).values())
    if (total := sum(fees)) > MAX_TOTAL:
        name = f"total fee of {minute}"
        raise ValueError(bad_value(name, total, f"at most {MAX_TOTAL}, a 64-bit integer"))
    row = {
        MINUTE: minute,
        **{name: FORMULAS[name](fees) for name in features},
        EVENT_TIME: event_time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    return [{"FeatureName": name, "ValueAsString": value} for name, value in row.items()]


def version(members: int, parts: int) -> int:
    """Return a number that grows with the set: members, or parts beyond MAX_COUNTED members.

    Parts are never deleted and a listing shows all of them, so a set read from more parts
    contains every set read from fewer.
    """
    if members <= MAX_COUNTED:
        return members
    if parts > MAX_PARTS:
        raise ValueError(f"parts: got {parts} ({members} members), expected at most {MAX_PARTS}")
    return MAX_COUNTED + FLINK_FIRINGS + parts


def conflicts(members: MinuteSet) -> int:
    """Return how many members repeat a hash with a different fee."""
    return len(members) - len(lowest_fee_per_hash(members))
