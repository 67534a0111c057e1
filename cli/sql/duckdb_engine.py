"""Run a query with DuckDB, in memory, on copies of the objects in S3.

Functions that have another name in Athena (Trino) are defined under that name, so that the same
query runs on both.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from cli.errors import CommandError
from cli.sql.catalog import Table
from cli.sql.hive_types import duckdb_type, quoted
from cli.sql.rows import Rows, plain

MACROS = (
    "cardinality(list) AS len(list)",
    "day_of_week(time) AS isodow(time)",
    "from_iso8601_timestamp(text) AS CAST(text AS TIMESTAMP)",
    "json_extract_scalar(document, path) AS json_extract_string(document, path)",
    "sequence(first, last) AS range(first, last + 1)",
)

Files = Callable[[Table], list[Path]]


def run(query: str, database: str, tables: Mapping[str, Table], files: Files) -> Rows:
    """Return the result of one SELECT statement; `files` returns the objects of a table.

    Only the tables of the query are read. Raises CommandError (exit code 2) for a query that is
    wrong, or is no SELECT, or names an unknown table.
    """
    with duckdb.connect() as connection:
        for name in sorted(referenced(connection, query)):
            if name not in tables:
                expected = ", ".join(tables)
                raise CommandError(f"table: got {name!r}, expected one of {expected}", 2)
            _create(connection, database, tables[name], files(tables[name]))
        _prepare(connection, database)
        try:
            found = connection.execute(query)
            columns = tuple(column[0] for column in found.description or ())
            rows = [tuple(plain(value) for value in row) for row in found.fetchall()]
        except duckdb.Error as error:
            raise CommandError(f"DuckDB: {error}", 2) from error
    return Rows(columns, tuple(rows))


def referenced(connection: duckdb.DuckDBPyConnection, query: str) -> set[str]:
    """Return the tables of a query; CommandError (exit code 2) unless it is one SELECT.

    Names are in lower case: neither engine distinguishes it, and those of Glue have no other.
    """
    parsed = json.loads(
        connection.execute("SELECT json_serialize_sql(?)", [query]).fetchall()[0][0]
    )
    if parsed["error"]:
        raise CommandError(f"DuckDB: {parsed['error_message']}", 2)
    if (count := len(parsed["statements"])) != 1:
        raise CommandError(f"query: got {count} statements, expected one SELECT", 2)
    named, defined = set(), set()
    for node in _nodes(parsed):
        if node.get("type") == "BASE_TABLE":
            named.add(str(node["table_name"]).lower())
        defined |= {entry["key"].lower() for entry in (node.get("cte_map") or {}).get("map", ())}
    return named - defined


def _nodes(part: Any) -> Any:
    if isinstance(part, dict):
        yield part
        part = list(part.values())
    if isinstance(part, list):
        for item in part:
            yield from _nodes(item)


def _create(
    connection: duckdb.DuckDBPyConnection, database: str, table: Table, files: list[Path]
) -> None:
    """Read the files of a table into memory, with the columns and types of its definition."""
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(database)}")
    types = {name: duckdb_type(hive) for name, hive in table.all_columns.items()}
    target = f"{quoted(database)}.{quoted(table.name)}"
    columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in types.items())
    connection.execute(f"CREATE TABLE {target} ({columns})")
    if not files:
        return
    source = _json(table) if table.is_json else "read_parquet($files, union_by_name=true, {more})"
    source = source.format(more="hive_partitioning=true, hive_types_autocast=false")
    values: dict[str, Any] = {"files": [str(path) for path in files]}
    described = connection.execute(f"DESCRIBE SELECT * FROM {source}", values)  # noqa: S608
    present = {row[0] for row in described.fetchall()}
    found = {name: table.mapping.get(name, name) for name in types}
    selected = ", ".join(
        f"CAST({quoted(key) if key in present else 'NULL'} AS {types[name]})"
        for name, key in found.items()
    )
    connection.execute(f"INSERT INTO {target} SELECT {selected} FROM {source}", values)  # noqa: S608


def _json(table: Table) -> str:
    """Return the table function for JSON lines; a line that is not JSON is a row of nulls."""
    kinds = {
        table.mapping.get(name, name): duckdb_type(hive) for name, hive in table.columns.items()
    }
    columns = ", ".join(f"{_text(key)}: {_text(kind)}" for key, kind in kinds.items())
    options = f"format='newline_delimited', ignore_errors=true, columns={{{{{columns}}}}}"
    return f"read_json($files, {options}, {{more}})"


def _text(value: str) -> str:
    escaped = value.replace("'", "''")
    return f"'{escaped}'"


def _prepare(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    """Define the functions and the time zone of Athena; then only the tables can be read."""
    connection.execute("SET TimeZone = 'UTC'")
    for macro in MACROS:
        connection.execute(f"CREATE MACRO {macro}")
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(database)}")
    connection.execute(f"SET search_path = {_text(f'{database},main')}")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
