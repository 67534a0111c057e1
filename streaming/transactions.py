"""The queries of single transactions as SQL: what an event contains, and what is counted. Pure."""

from common.transaction import END_OF_TIME, MAX_FEE

BUCKETS_PER_SUBTASK = 16  # few: the latest time of a bucket is recent; many: each subtask has some

NOT_AN_EVENT = "not an event with transactions"
INVALID = "hash, fee or time is missing or invalid"
LATE = "later than the allowed lateness"

# Rejected records may have no time or one out of range, for which TO_TIMESTAMP_LTZ returns NULL;
# a NULL event time would fail the job. Their event time is not used.
EVENT_TIME = f"TO_TIMESTAMP_LTZ(CASE WHEN moment < {END_OF_TIME} THEN moment ELSE 0 END, 0)"
# The time of an event as EventBridge writes it; the job's time zone is UTC.
SENT = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"
SENT_FORMAT = "yyyy-MM-dd''T''HH:mm:ss''Z''"
WATERMARK = "TO_TIMESTAMP_LTZ(complete_until, 0)"


def parsed(delay_seconds: int, parallelism: int) -> str:
    """Return the query of all transactions, valid or not, each with the watermark that it causes.

    `complete_until`, the watermark, is the latest time so far less the delay; a time after that of
    its event, which the poller bounds, counts as that. It is part of the state, because Flink's
    watermark starts over after a restart.

    Transactions are distributed over buckets by their hash, and each bucket has its latest time,
    since one for all of them would have to be in one subtask.
    """
    # As the value of an object, a line with anything before or after the event is malformed JSON.
    document = """CONCAT('{"event":', line, '}')"""
    event = f"JSON_QUERY({document}, '$.event.detail.transactions' RETURNING ARRAY<STRING>)"
    # An event of another sender may have no time, or one that UNIX_TIMESTAMP cannot parse.
    sent = f"JSON_VALUE({document}, '$.event.time')"
    sent = rf"CASE WHEN REGEXP({sent}, '{SENT}') THEN UNIX_TIMESTAMP({sent}, '{SENT_FORMAT}') END"
    name = _typed("hash", '"[^"]*"', escaped='(?s:".*")')
    fee, moment = _typed("fee", r"\d{1,18}"), _typed("time", r"\d{1,12}")
    # A subtask without a bucket would have no watermark, and no window would end.
    buckets = 1 if parallelism == 1 else BUCKETS_PER_SUBTASK * parallelism
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
    PROCTIME() AS arrived, MOD(HASH_CODE(COALESCE(name, record)), {buckets}) AS bucket
  FROM parts
),
with_watermark AS (
  SELECT *, COALESCE(MAX(
    CASE WHEN is_transaction THEN LEAST(moment, COALESCE(sent, moment)) END
  ) OVER (
    PARTITION BY bucket ORDER BY arrived ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ), 0) - {delay_seconds} AS complete_until
  FROM checked
)
SELECT record, name, fee, moment, moment - MOD(moment, 60) AS minute_start, complete_until,
  is_event, is_transaction IS TRUE AS is_transaction
FROM with_watermark
"""


def transactions(lateness_minutes: int) -> str:
    """Return the view of all transactions, each with the reason why it is not counted, or NULL.

    It is late if its bucket, or what else is in its subtask, is that far: the windows are never
    further than the watermark of any subtask, so that they drop nothing.
    """
    horizon_seconds = 60 * (1 + lateness_minutes)
    return f"""CREATE TEMPORARY VIEW transactions AS
SELECT record, name, fee, minute_start, ts, CASE
    WHEN NOT is_event THEN '{NOT_AN_EVENT}'
    WHEN NOT is_transaction THEN '{INVALID}'
    WHEN minute_start + {horizon_seconds} <= complete_until THEN '{LATE}'
    WHEN TO_TIMESTAMP_LTZ(minute_start + {horizon_seconds}, 0) <= CURRENT_WATERMARK(ts)
      THEN '{LATE}'
  END AS reason
FROM parsed"""


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
