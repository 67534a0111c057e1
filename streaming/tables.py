"""The tables of the job as SQL: columns and connectors. Pure."""

from streaming.properties import Options

RECORDS = "line STRING"
MINUTES = """tx_minute STRING,
  total_nb_trx_1min BIGINT,
  total_fee_1min BIGINT,
  avg_fee_1min DOUBLE,
  event_time STRING"""
DEAD_LETTERS = """reason STRING,
  record STRING"""


def records(options: Options) -> str:
    """Return the source: events as text, so that malformed ones are not skipped silently."""
    return _table("records", RECORDS, {**options, "format": "raw"})


def minutes(options: Options) -> str:
    """Return the sink of rows, one JSON object per minute and firing."""
    return _table("minutes", MINUTES, {**options, "format": "json"})


def dead_letters(options: Options) -> str:
    """Return the sink of what is not counted, with the reason."""
    return _table("dead_letters", DEAD_LETTERS, {**options, "format": "json"})


def _table(name: str, columns: str, options: Options) -> str:
    settings = ",\n".join(f"  {_text(key)} = {_text(options[key])}" for key in sorted(options))
    return f"CREATE TEMPORARY TABLE {name} (\n  {columns}\n) WITH (\n{settings}\n)"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
