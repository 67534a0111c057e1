"""The row of a minute as a pure function of the set of its transactions."""

from datetime import timedelta

from common import times
from window_aggregator.raw import Fees

MOST = 59_999  # transactions: their number is the version, in milliseconds of one minute

Record = list[dict[str, str]]


def record(minute: str, fees: Fees) -> Record:
    """Return the Feature Store record of a minute (ISO).

    Its event time is the minute's end plus one millisecond a transaction: a record made from
    more transactions replaces one made from fewer, whichever is written last.
    Raises ValueError above 59,999 transactions (1,000 a second), when versions would run out.
    """
    count, total = len(fees), sum(fees.values())
    if count > MOST:
        raise ValueError(f"{minute} has {count} transactions; {MOST} can be told apart")
    end = times.parse(minute) + times.MINUTE + timedelta(milliseconds=count)
    row = {
        "tx_minute": minute,
        "total_nb_trx_1min": str(count),
        "total_fee_1min": str(total),
        "avg_fee_1min": repr(total / count),
        "event_time": end.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    return [{"FeatureName": name, "ValueAsString": value} for name, value in row.items()]
