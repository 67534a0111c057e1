"""Run a query with Athena, in the workgroup of the deployment."""

import re
import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cli.connection import Connection
from cli.errors import CommandError
from cli.sql.catalog import Table
from cli.sql.rows import Rows, plain

POLL_SECONDS = 1.0
INTEGERS = {"bigint", "int", "integer", "smallint", "tinyint"}
FLOATS = {"decimal", "double", "float", "real"}
# The start of a query with common table expressions, after comments.
WITH = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*WITH\s+(?:RECURSIVE\s+)?", re.IGNORECASE | re.DOTALL
)


def run(
    connection: Connection, query: str, tables: Mapping[str, Table], first: date, last: date
) -> Rows:
    """Return the result of a query on the days from first to last.

    Raises CommandError (exit code 2) with Athena's reason if it fails.
    """
    athena, names = connection.clients("athena"), connection.outputs.tables
    identifier = athena.start_query_execution(
        QueryString=restricted(query, names["database"], tables, first, last),
        QueryExecutionContext={"Database": names["database"]},
        WorkGroup=names["workgroup"],
    )["QueryExecutionId"]
    try:
        status = _wait(athena, identifier, min(POLL_SECONDS, connection.poll_seconds))
    except KeyboardInterrupt:
        athena.stop_query_execution(QueryExecutionId=identifier)
        raise
    if status["State"] != "SUCCEEDED":
        reason = str(status.get("StateChangeReason", status["State"]))
        known = f" (tables: {', '.join(tables)})" if "TABLE_NOT_FOUND" in reason else ""
        raise CommandError(f"Athena: {reason}{known}", 2)
    return _rows(athena, identifier)


def restricted(
    query: str, database: str, tables: Mapping[str, Table], first: date, last: date
) -> str:
    """Return a query whose tables have only some days, so that Athena scans nothing else.

    A common table expression of the same name stands for each table that the query mentions.
    """
    named = [
        name
        for name in tables
        if re.search(rf"\b{name}\b", query, re.IGNORECASE)
        and not re.search(rf"\b{name}\b\s+AS\s*\(", query, re.IGNORECASE)
    ]
    if not named:
        return query
    condition = f"concat(year, month, day) BETWEEN '{first:%Y%m%d}' AND '{last:%Y%m%d}'"
    if first.year == last.year:
        condition = f"year = '{first:%Y}' AND {condition}"
    views = ", ".join(
        f'{name} AS (SELECT * FROM "{database}".{name} WHERE {condition})'  # noqa: S608 - names of tables
        for name in named
    )
    if found := WITH.match(query):
        return f"{found[0]}{views}, {query[found.end() :]}"
    return f"WITH {views} {query}"


def _wait(athena: Any, identifier: str, seconds: float) -> Mapping[str, Any]:
    while True:
        found = athena.get_query_execution(QueryExecutionId=identifier)
        status: Mapping[str, Any] = found["QueryExecution"]["Status"]
        if status["State"] not in {"QUEUED", "RUNNING"}:
            return status
        time.sleep(seconds)


def _rows(athena: Any, identifier: str) -> Rows:
    """Read all pages of a result; its first row repeats the names of the columns."""
    found: list[Mapping[str, Any]] = []
    columns: Sequence[Mapping[str, Any]] = ()
    for page in athena.get_paginator("get_query_results").paginate(QueryExecutionId=identifier):
        columns = page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        found += page["ResultSet"]["Rows"]
    kinds = [column["Type"] for column in columns]
    values = [
        tuple(
            _value(cell.get("VarCharValue"), kind)
            for cell, kind in zip(row["Data"], kinds, strict=True)
        )
        for row in found[1:]
    ]
    return Rows(tuple(column["Name"] for column in columns), tuple(values))


def _value(text: str | None, kind: str) -> Any:
    """Return a cell as JSON has it; what is neither number nor boolean stays text."""
    if text is None:
        return None
    if kind in INTEGERS:
        return int(text)
    if kind in FLOATS:
        return plain(float(text))
    return text == "true" if kind == "boolean" else text
