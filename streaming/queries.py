"""The queries of minutes as SQL. Pure.

A minute is a set of (hash, fee), as in `window_aggregator`: of several fees of a hash the lowest
counts, and the event time of the row grows with the set.
"""

from streaming.transactions import transactions

HOP_MINUTES = 5  # interval in which late transactions are added to a row
MAX_COUNTED = 50_000  # members up to which their number is the version of a row
MAX_TOTAL_FEE = 2**53  # satoshi; float64 has every integer up to it, so the average is exact

TOO_LARGE = "total fee above 2^53 satoshi"


def views(lateness_minutes: int) -> tuple[str, ...]:
    """Return the views from `parsed` to `firings`: every new state of a minute.

    A minute fires when the watermark passes its end, from a tumbling window. Later transactions
    are added by a hopping window, which fires every five minutes until the allowed lateness is
    over. Each firing has the complete minute; repetitions are dropped. The state of a minute ends
    with its last window.

    The version in the event time is the number of members, beyond 50,000 the minutes from the
    start of the minute to the firing: it grows as well, and rows that `window_aggregator` writes
    from the archive have higher versions.
    """
    # The last window of any minute covers the lateness.
    size = -(-lateness_minutes // HOP_MINUTES) * HOP_MINUTES + HOP_MINUTES
    hop = f"HOP(TABLE counted, DESCRIPTOR(ts), {_minutes(HOP_MINUTES)}, {_minutes(size)})"
    return (
        transactions(lateness_minutes),
        """CREATE TEMPORARY VIEW counted AS
SELECT name, fee, minute_start, ts FROM transactions WHERE reason IS NULL""",
        _states("on_time", f"TUMBLE(TABLE counted, DESCRIPTOR(ts), {_minutes(1)})"),
        _states("late", hop),
        FIRINGS,
    )


FIRINGS = f"""
CREATE TEMPORARY VIEW firings AS
SELECT
  DATE_FORMAT(TO_TIMESTAMP_LTZ(minute_start, 0), 'yyyy-MM-dd''T''HH:mm:ss''Z''') AS tx_minute,
  hashes, fees,
  DATE_FORMAT(
    TO_TIMESTAMP_LTZ((minute_start + 60) * 1000 + version, 3), 'yyyy-MM-dd''T''HH:mm:ss.SSS''Z'''
  ) AS event_time,
  fees <= {MAX_TOTAL_FEE} AS fits
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY minute_start, members ORDER BY fired) AS repetition,
    CASE WHEN members <= {MAX_COUNTED} THEN members ELSE {MAX_COUNTED} + firing END AS version
  FROM (SELECT * FROM on_time UNION ALL SELECT * FROM late)
)
WHERE repetition = 1
"""


def _states(name: str, windows: str) -> str:
    """Return the view of the state of each minute when its window fires."""
    return f"""
CREATE TEMPORARY VIEW {name} AS
SELECT minute_start, COUNT(*) AS hashes, SUM(CAST(fee AS DECIMAL(18, 0))) AS fees,
    SUM(members) AS members, PROCTIME() AS fired,
    TIMESTAMPDIFF(
      MINUTE, CAST(TO_TIMESTAMP_LTZ(minute_start, 0) AS TIMESTAMP(3)), window_end
    ) AS firing
  FROM (
    SELECT window_start, window_end, minute_start, name,
      MIN(fee) AS fee, COUNT(DISTINCT fee) AS members
    FROM TABLE({windows})
    GROUP BY window_start, window_end, minute_start, name
  )
  GROUP BY window_start, window_end, minute_start"""


def _minutes(number: int) -> str:
    return f"INTERVAL '{number}' MINUTE"


WRITE_MINUTES = """
INSERT INTO minutes
SELECT tx_minute, hashes, CAST(fees AS BIGINT), CAST(fees AS DOUBLE) / hashes, event_time
FROM firings
WHERE fits
"""

WRITE_DEAD_LETTERS = f"""
INSERT INTO dead_letters
SELECT reason, record FROM transactions WHERE reason IS NOT NULL
UNION ALL
SELECT '{TOO_LARGE}', JSON_OBJECT('tx_minute' VALUE tx_minute, 'transactions' VALUE hashes)
FROM firings WHERE NOT fits
"""
