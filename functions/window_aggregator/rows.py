"""The row of a minute as a pure function of the set of its transactions."""

from datetime import timedelta

from common import times
from window_aggregator.raw import Fees

MOST = 59_999  # members of the set: their number is the version, in milliseconds of one minute

Record = list[dict[str, str]]


def record(minute: str, fees: Fees) -> Record:
    """Return the Feature Store record of a minute (ISO); a hash with two fees counts the smaller.

    Its event time is the minute's end plus one millisecond a member of the set: a record made
    from a larger set replaces one made from its subset, whichever is written last.
    Raises ValueError above 59,999 members (1,000 a second), when versions would run out.
    """
    if len(fees) > MOST:
        raise ValueError(f"{minute} has {len(fees)} transactions; {MOST} can be told apart")
    values = _one_each(fees).values()
    count, total = len(values), sum(values)
    end = times.parse(minute) + times.MINUTE + timedelta(milliseconds=len(fees))
    row = {
        "tx_minute": minute,
        "total_nb_trx_1min": str(count),
        "total_fee_1min": str(total),
        "avg_fee_1min": repr(total / count),
        "event_time": end.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    return [{"FeatureName": name, "ValueAsString": value} for name, value in row.items()]


def conflicts(fees: Fees) -> int:
    """Return how many members contradict another one of the same transaction."""
    return len(fees) - len(_one_each(fees))


def _one_each(fees: Fees) -> dict[str, int]:
    return dict(sorted(fees, reverse=True))  # of equal hashes the last, the smallest fee, stays
