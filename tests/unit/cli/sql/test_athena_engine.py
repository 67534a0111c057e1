"""`evergreen sql` with Athena: its answers are stubbed, because moto runs no queries."""

import json
from datetime import date

import pytest
from botocore.stub import Stubber

from cli import target
from cli.connection import Connection
from cli.main import main
from cli.sql.athena_engine import restricted
from tests.unit.cli.conftest import ACCOUNT, PREFIX, REGION

TABLES = dict.fromkeys(("decisions", "minutes", "raw"))
DAYS = date(2024, 10, 9), date(2024, 10, 10)
CONDITION = "year = '2024' AND concat(year, month, day) BETWEEN '20241009' AND '20241010'"
COLUMNS = {"day": "varchar", "n": "bigint", "share": "double", "late": "boolean"}


def started(stub, query, state="SUCCEEDED", **status):
    stub.add_response(
        "start_query_execution",
        {"QueryExecutionId": "q"},
        {
            "QueryString": query,
            "QueryExecutionContext": {"Database": "evergreen"},
            "WorkGroup": "evergreen",
        },
    )
    for found in ("QUEUED", "RUNNING", state):
        execution = {"Status": {"State": found, **(status if found == state else {})}}
        stub.add_response("get_query_execution", {"QueryExecution": execution})


def page(*rows):
    info = [{"Name": name, "Type": kind} for name, kind in COLUMNS.items()]
    data = [
        {"Data": [{} if value is None else {"VarCharValue": value} for value in row]}
        for row in rows
    ]
    return {"ResultSet": {"Rows": data, "ResultSetMetadata": {"ColumnInfo": info}}}


def on_aws(stored):
    """Return a function that connects to the deployment as to AWS itself."""

    def connect(_chosen, _prefix):
        now = stored.connection.now
        aws = target.Target()
        return Connection(stored.clients, PREFIX, ACCOUNT, REGION, now, aws, poll_seconds=0)

    return connect


def test_result_is_read_with_its_types(stored, capsys):
    query = "SELECT 1"
    first = page(tuple(COLUMNS), ("2024-10-10", "3", "0.5", "true"))
    with Stubber(stored.clients("athena")) as stub:
        started(stub, query)
        stub.add_response("get_query_results", first | {"NextToken": "token-1"})
        stub.add_response("get_query_results", page((None, None, "NaN", "false")))
        assert main(["sql", query, "--json"], on_aws(stored)) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["engine"] == "athena"
    assert document["rows"] == [
        {"day": "2024-10-10", "n": 3, "share": 0.5, "late": True},
        {"day": None, "n": None, "share": None, "late": False},
    ]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("SYNTAX_ERROR: line 1", "Athena: SYNTAX_ERROR: line 1"),
        (
            "TABLE_NOT_FOUND: line 1: evergreen.nope",
            "Athena: TABLE_NOT_FOUND: line 1: evergreen.nope "
            "(tables: decisions, forecasts, minutes, raw)",
        ),
    ],
)
def test_failure_has_the_reason_of_athena(stored, capsys, reason, expected):
    with Stubber(stored.clients("athena")) as stub:
        started(stub, "SELECT nope", "FAILED", StateChangeReason=reason)
        assert main(["sql", "SELECT nope"], on_aws(stored)) == 2
    assert capsys.readouterr().err.splitlines()[-1] == f"evergreen: {expected}"


def test_duckdb_reads_the_objects_on_aws(stored, capsys):
    query = "SELECT count(DISTINCT id) AS n FROM decisions"
    assert main(["sql", query, "--engine", "duckdb", "--json"], on_aws(stored)) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == [{"n": 2}]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "SELECT * FROM raw",
            f'WITH raw AS (SELECT * FROM "evergreen".raw WHERE {CONDITION}) SELECT * FROM raw',
        ),
        (
            "\n with a AS (SELECT 1 FROM Minutes) SELECT * FROM a",
            f'\n with minutes AS (SELECT * FROM "evergreen".minutes WHERE {CONDITION}), '
            "a AS (SELECT 1 FROM Minutes) SELECT * FROM a",
        ),
        (
            "-- as of today\nWITH RECURSIVE a (n) AS (SELECT 1 FROM raw) SELECT * FROM a",
            "-- as of today\nWITH RECURSIVE "
            f'raw AS (SELECT * FROM "evergreen".raw WHERE {CONDITION}), '
            "a (n) AS (SELECT 1 FROM raw) SELECT * FROM a",
        ),
        (
            "WITH raw AS (SELECT 1) SELECT * FROM raw",
            "WITH raw AS (SELECT 1) SELECT * FROM raw",
        ),
        ("SELECT rawness", "SELECT rawness"),
    ],
    ids=["table", "with", "comment", "redefined", "none"],
)
def test_tables_of_a_query_have_only_its_days(query, expected):
    assert restricted(query, "evergreen", TABLES, *DAYS) == expected


def test_days_of_two_years_are_one_range():
    query = restricted("SELECT * FROM raw", "e", TABLES, date(2023, 12, 31), date(2024, 1, 1))
    assert "WHERE concat(year, month, day) BETWEEN '20231231' AND '20240101'" in query
