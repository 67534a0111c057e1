"""`evergreen minutes`: rows of the offline store, now or as of an earlier time."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from cli.app import command
from cli.connection import Connection
from cli.queries.offline_rows import offline_rows
from cli.result import Result
from cli.terminal import table
from cli.time_range import TimeRange, parse_time
from common.times import iso

HOUR = timedelta(hours=1)


def _option(name: str, help_text: str) -> object:
    return typer.Option(name, parser=parse_time, metavar="TIME", help=help_text)


Start = Annotated[datetime | None, _option("--from", "First minute; default: --to minus 1 h.")]
End = Annotated[datetime | None, _option("--to", "Minute after the last one; default: now.")]
AsOf = Annotated[datetime | None, _option("--as-of", "Only rows known at that time.")]
Group = Annotated[
    str | None, typer.Option(help="Feature group; default: the version that the loop reads.")
]


@command("minutes", "③ Rows of the offline store, as the training reads them.")
def minutes(
    connection: Connection,
    start: Start = None,
    end: End = None,
    as_of: AsOf = None,
    group: Group = None,
) -> Result:
    """Read the Parquet files; the newest rows are only in the online store."""
    end = end or connection.now
    name = group or connection.outputs.feature_group
    found = offline_rows(connection, name, TimeRange(start or end - HOUR, end), as_of)
    rows = [{**row, "tx_minute": iso(row["tx_minute"])} for row in found.to_pylist()]
    cells = [tuple(row.values()) for row in rows]
    body = table(f"③ {name}: {len(rows)} minutes", cells, found.column_names)
    return Result({"group": name, "minutes": rows}, body)
