"""What the job computes, as SQL. Pure.

A minute is a set of (hash, fee), as in `window_aggregator`: of a hash with two fees the smaller
counts, and the row's event time grows with the set.
"""

YEAR_10000 = 253_402_300_800  # times of four-digit years are before it
HOP = 5  # minutes after which late transactions are in the row, at most
COUNTED = 50_000  # members of the set that are told apart by their number alone
MOST_FEES = 2**53  # satoshi; up to here a float64 holds every integer, so the average is exact

NO_EVENT = "no event of transactions"
NO_TRANSACTION = "hash, fee or time is missing or wrong"
LATE = "later than the allowed lateness"
TOO_MUCH = "more than the row of a minute can hold"

# What is refused may have no time; of its event time nothing follows.
EVENT_TIME = "TO_TIMESTAMP_LTZ(COALESCE(moment, 0), 0)"
WATERMARK = "TO_TIMESTAMP_LTZ(complete_until, 0)"


def transactions(delay_seconds: int, lateness_minutes: int) -> str:
    """Return the query of all transactions, each with the reason why it is not counted, or NULL.

    `complete_until`, the watermark, is the latest time seen less the delay. It is state: after a
    restart it is what it was, and the same transactions are late.
    """
    # An event alone is a value of this object; with anything before or after it, it is no JSON.
    whole = """CONCAT('{"event":', line, '}')"""
    event = f"JSON_QUERY({whole}, '$.event.detail.transactions' RETURNING ARRAY<STRING>)"
    name = _typed("hash", '"[^"]*"', escaped='(?s:".*")')
    fee, moment = _typed("fee", r"\d{1,18}"), _typed("time", r"\d{1,12}")
    after_beginning = 60 * (1 + lateness_minutes)
    return rf"""
WITH events AS (
  SELECT line, {event} AS texts FROM records WHERE REGEXP(line, '\S')
),
parts AS (
  -- The second UNNEST, of one row: the planner would else repeat its expressions in each use.
  SELECT COALESCE(part, 'null') AS record, TRUE AS is_event, name, fee, moment
  FROM events CROSS JOIN UNNEST(texts) AS inside (part) CROSS JOIN UNNEST(ARRAY[
    ROW({name}, CAST({fee} AS BIGINT), CAST({moment} AS BIGINT))
  ]) AS once (name, fee, moment)
  UNION ALL
  -- Apart: with each transaction, all that was selected beside it would be copied.
  SELECT line, FALSE, CAST(NULL AS STRING), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)
  FROM events WHERE texts IS NULL
),
judged AS (
  SELECT *, name IS NOT NULL AND fee IS NOT NULL AND moment < {YEAR_10000} AS is_transaction,
    PROCTIME() AS arrived
  FROM parts
),
followed AS (
  SELECT *, COALESCE(MAX(CASE WHEN is_transaction THEN moment END) OVER (
    ORDER BY arrived ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ), 0) - {delay_seconds} AS complete_until
  FROM judged
)
SELECT record, name, fee, moment, moment - MOD(moment, 60) AS beginning, complete_until, CASE
    WHEN NOT is_event THEN '{NO_EVENT}'
    WHEN is_transaction IS NOT TRUE THEN '{NO_TRANSACTION}'
    WHEN moment - MOD(moment, 60) + {after_beginning} <= complete_until THEN '{LATE}'
  END AS reason
FROM followed
"""


def _typed(name: str, pattern: str, escaped: str = "") -> str:
    """Return a member as text, NULL if it is of another type: 5, "5" and 5.0 differ.

    Of a flat object without escapes a quote begins or ends a text, so `"fee":` is a name and
    nothing else, and a regular expression reads it; the JSON functions take ten times as long.
    """
    array = f"JSON_QUERY(part, '$.{name}' WITH UNCONDITIONAL ARRAY WRAPPER)"
    return rf"""CASE
      WHEN REGEXP(part, '^\{{[^{{}}\[\]\\]*\}}$')
        THEN REGEXP_EXTRACT(part, '[{{,]"{name}":({pattern})[,}}]', 1)
      ELSE REGEXP_EXTRACT({array}, '^\[({escaped or pattern})\]$', 1)
    END"""


def views(lateness_minutes: int) -> tuple[str, str, str, str]:
    """Return the views up to `firings`: the minutes' states, one for each that changed something.

    A minute fires when the watermark passes its end, from a window of its own. What comes later is
    added by a hopping window, which fires every five minutes until the allowed lateness is over.
    Each firing is the whole minute; one that repeats another is left out. Whatever the job
    remembers of a minute ends with its last window.

    The version in the event time is the number of members, beyond 50,000 the minutes from the
    minute's beginning to the firing: it grows as well, and what `window_aggregator` writes from
    the archive comes after all of them.
    """
    size = -(-lateness_minutes // HOP) * HOP + HOP  # any minute's last window covers the lateness
    hop = f"HOP(TABLE counted, DESCRIPTOR(ts), {_minutes(HOP)}, {_minutes(size)})"
    return (
        """CREATE TEMPORARY VIEW counted AS
SELECT name, fee, beginning, ts FROM transactions WHERE reason IS NULL""",
        _states("punctual", f"TUMBLE(TABLE counted, DESCRIPTOR(ts), {_minutes(1)})"),
        _states("later", hop),
        FIRINGS,
    )


FIRINGS = f"""
CREATE TEMPORARY VIEW firings AS
SELECT
  DATE_FORMAT(TO_TIMESTAMP_LTZ(beginning, 0), 'yyyy-MM-dd''T''HH:mm:ss''Z''') AS tx_minute,
  hashes, fees,
  DATE_FORMAT(
    TO_TIMESTAMP_LTZ((beginning + 60) * 1000 + version, 3), 'yyyy-MM-dd''T''HH:mm:ss.SSS''Z'''
  ) AS event_time,
  fees <= {MOST_FEES} AS fits
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY beginning, members ORDER BY fired) AS repetition,
    CASE WHEN members <= {COUNTED} THEN members ELSE {COUNTED} + firing END AS version
  FROM (SELECT * FROM punctual UNION ALL SELECT * FROM later)
)
WHERE repetition = 1
"""


def _states(name: str, windows: str) -> str:
    """Return the view of what each minute holds when its window fires."""
    return f"""
CREATE TEMPORARY VIEW {name} AS
SELECT beginning, COUNT(*) AS hashes, SUM(CAST(fee AS DECIMAL(18, 0))) AS fees,
    SUM(members) AS members, PROCTIME() AS fired,
    TIMESTAMPDIFF(
      MINUTE, CAST(TO_TIMESTAMP_LTZ(beginning, 0) AS TIMESTAMP(3)), window_end
    ) AS firing
  FROM (
    SELECT window_start, window_end, beginning, name,
      MIN(fee) AS fee, COUNT(DISTINCT fee) AS members
    FROM TABLE({windows})
    GROUP BY window_start, window_end, beginning, name
  )
  GROUP BY window_start, window_end, beginning"""


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
SELECT '{TOO_MUCH}', JSON_OBJECT('tx_minute' VALUE tx_minute, 'transactions' VALUE hashes)
FROM firings WHERE NOT fits
"""
