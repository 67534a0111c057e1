"""The queries of the job as SQL. Pure.

A minute is a set of (hash, fee), as in `window_aggregator`: of several fees of a hash the lowest
counts, and the event time of the row grows with the set.
"""

from common.transaction import END_OF_TIME, MAX_FEE

HOP_MINUTES = 5  # interval in which late transactions are added to a row
MAX_COUNTED = 50_000  # members up to which their number is the version of a row
MAX_TOTAL_FEE = 2**53  # satoshi; float64 has every integer up to it, so the average is exact

NOT_AN_EVENT = "not an event with transactions"
INVALID = "hash, fee or time is missing or invalid"
LATE = "later than the allowed lateness"
TOO_LARGE = "total fee above 2^53 satoshi"

# Rejected records may have no time or one out of range, for which TO_TIMESTAMP_LTZ returns NULL;
# a NULL event time would fail the job. Their event time is not used.
EVENT_TIME = f"TO_TIMESTAMP_LTZ(CASE WHEN moment < {END_OF_TIME} THEN moment ELSE 0 END, 0)"
# The time of an event as EventBridge writes it; the job's time zone is UTC.
SENT = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"
SENT_FORMAT = "yyyy-MM-dd''T''HH:mm:ss''Z''"
WATERMARK = "TO_TIMESTAMP_LTZ(complete_until, 0)"


def transactions(delay_seconds: int, lateness_minutes: int) -> str:
    """Return the query of all transactions, each with the reason why it is not counted, or NULL.

    `complete_until`, the watermark, is the latest time so far less the delay; a time after that of
    its event, which the poller bounds, counts as that. It is part of the state, so that the same
    transactions are late after a restart.
    """
    # As the value of an object, a line with anything before or after the event is malformed JSON.
    document = """CONCAT('{"event":', line, '}')"""
    event = f"JSON_QUERY({document}, '$.event.detail.transactions' RETURNING ARRAY<STRING>)"
    # An event of another sender may have no time, or one that UNIX_TIMESTAMP cannot parse.
    sent = f"JSON_VALUE({document}, '$.event.time')"
    sent = rf"CASE WHEN REGEXP({sent}, '{SENT}') THEN UNIX_TIMESTAMP({sent}, '{SENT_FORMAT}') END"
    name = _typed("hash", '"[^"]*"', escaped='(?s:".*")')
    fee, moment = _typed("fee", r"\d{1,18}"), _typed("time", r"\d{1,12}")
    horizon_seconds = 60 * (1 + lateness_minutes)
    return rf"""
WITH events AS (
  SELECT line, {event} AS texts, {sent} AS sent FROM records WHERE REGEXP(line, '\S')
),
parts AS (
  -- The second UNNEST has one row; without it the planner would repeat its expressions.
  SELECT COALESCE(part, 'null') AS record, TRUE AS is_event, sent, name, fee, moment
  FROM events CROSS JOIN UNNEST(texts) AS inside (part) CROSS JOIN UNNEST(ARRAY[
    ROW({name}, CAST({fee} AS BIGINT), CAST({moment} AS BIGINT))
  ]) AS once (name, fee, moment)
  UNION ALL
  -- Separate: every selected column would be copied for each transaction.
  SELECT line, FALSE, CAST(NULL AS BIGINT), CAST(NULL AS STRING), CAST(NULL AS BIGINT),
    CAST(NULL AS BIGINT)
  FROM events WHERE texts IS NULL
),
checked AS (
  SELECT *, name IS NOT NULL AND fee <= {MAX_FEE} AND moment < {END_OF_TIME} AS is_transaction,
    PROCTIME() AS arrived
  FROM parts
),
with_watermark AS (
  SELECT *, COALESCE(MAX(
    CASE WHEN is_transaction THEN LEAST(moment, COALESCE(sent, moment)) END
  ) OVER (
    ORDER BY arrived ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ), 0) - {delay_seconds} AS complete_until
  FROM checked
)
SELECT record, name, fee, moment, moment - MOD(moment, 60) AS minute_start, complete_until, CASE
    WHEN NOT is_event THEN '{NOT_AN_EVENT}'
    WHEN is_transaction IS NOT TRUE THEN '{INVALID}'
    WHEN moment - MOD(moment, 60) + {horizon_seconds} <= complete_until THEN '{LATE}'
  END AS reason
FROM with_watermark
"""


def _typed(name: str, pattern: str, escaped: str = "") -> str:
    """Return a member as text, NULL if it has another type: 5, "5" and 5.0 differ.

    In a flat object without escapes, `"fee":` can only be a name, so that a regular expression can
    parse it; the JSON functions take ten times as long.
    """
    array = f"JSON_QUERY(part, '$.{name}' WITH UNCONDITIONAL ARRAY WRAPPER)"
    return rf"""CASE
      WHEN REGEXP(part, '^\{{[^{{}}\[\]\\]*\}}$')
        THEN REGEXP_EXTRACT(part, '[{{,]"{name}":({pattern})[,}}]', 1)
      ELSE REGEXP_EXTRACT({array}, '^\[({escaped or pattern})\]$', 1)
    END"""


def views(lateness_minutes: int) -> tuple[str, str, str, str]:
    """Return the views up to `firings`: every state of a minute that differs from the previous.

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
