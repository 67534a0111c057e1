"""`evergreen sql`: a query over features, forecasts, decisions and raw events."""

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from cli.app import command, one_of
from cli.connection import Connection
from cli.errors import CommandError
from cli.result import Result
from cli.sql import athena_engine, objects
from cli.sql.catalog import Table, tables
from cli.sql.rows import Rows
from cli.terminal import sections, table
from cli.time_range import TimeRange, parse_time

DAY = timedelta(days=1)


def _option(name: str, help_text: str) -> object:
    return typer.Option(name, parser=parse_time, metavar="TIME", help=help_text)


Query = Annotated[
    str | None, typer.Argument(metavar="[QUERY]", help="One SELECT; without it: the tables.")
]
Start = Annotated[
    datetime | None, _option("--from", "Day (UTC) from which on; default: the one before --to.")
]
End = Annotated[datetime | None, _option("--to", "Time up to whose day; default: now.")]
Engine = Annotated[
    str | None,
    typer.Option(
        parser=one_of("duckdb", "athena"),
        metavar="duckdb|athena",
        help="Default: athena on AWS, duckdb on the local AWS.",
    ),
]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]


@command("sql", "SQL over features, forecasts, decisions and raw events (docs/sql.md).")
def sql(
    connection: Connection,
    as_json: bool,
    query: Query = None,
    start: Start = None,
    end: End = None,
    engine: Engine = None,
    as_csv: AsCsv = False,
) -> Result:
    """Run a query on the days of a range, with DuckDB on this machine or with Athena."""
    if as_csv and as_json:
        raise CommandError("--csv and --json exclude each other", 2)
    known = tables(connection)
    if query is None:
        return _tables(known)
    end = end or connection.now
    first, last = objects.days(TimeRange(start or end - DAY, end))
    local = connection.target.is_local
    if local and engine == "athena":
        raise CommandError("--engine: got athena, expected duckdb on the local AWS", 2)
    engine = engine or ("duckdb" if local else "athena")
    if engine == "athena":
        rows = athena_engine.run(connection, query, known, first, last)
    else:
        rows = _duckdb(connection, query, known, (first, last))
    document = {"engine": engine, "columns": list(rows.columns), "rows": rows.records()}
    title = f"{len(rows.values)} rows, days {first} to {last} ({engine})"
    body = table(title, rows.values, rows.columns)
    return Result(document, body, raw=rows.csv() if as_csv else None)


def _duckdb(
    connection: Connection, query: str, known: dict[str, Table], days: tuple[date, date]
) -> Rows:
    from cli.sql import duckdb_engine  # noqa: PLC0415 - only this engine needs DuckDB

    s3, (first, last) = connection.clients("s3"), days
    with tempfile.TemporaryDirectory(prefix="evergreen-sql-") as scratch:

        def files(table: Table) -> list[Path]:
            return objects.copy(s3, table, first, last, Path(scratch) / table.name)

        return duckdb_engine.run(query, connection.outputs.tables["database"], known, files)


def _tables(known: dict[str, Table]) -> Result:
    document = {"tables": {name: found.all_columns for name, found in known.items()}}
    parts = [table(name, [*found.all_columns.items()]) for name, found in known.items()]
    return Result(document, sections(*parts))
