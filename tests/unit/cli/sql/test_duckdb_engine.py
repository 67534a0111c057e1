"""`evergreen sql` with DuckDB, on objects in moto."""

import csv
import io
import json

import pyarrow as pa
import pytest

from cli.main import main
from tests.support import analytics_objects, analytics_tables

FORECASTS = "predictions/evergreen-production/AllTraffic"


def run(deployment, capsys, query, *options):
    """Return the rows of a query."""
    code = main(["sql", query, "--json", *options], deployment.connect)
    output = capsys.readouterr()
    assert code == 0, output.err
    return json.loads(output.out)["rows"]


def refusal(deployment, capsys, *arguments):
    """Return the message of a command that fails with exit code 2."""
    assert main(["sql", *arguments], deployment.connect) == 2
    return capsys.readouterr().err.splitlines()[-1]


def line(minute):
    return analytics_objects.lines([{"stage": "production", "minute": minute, "truth": 1.5}])


def test_tables_contain_only_the_days_of_the_range(stored, capsys):
    s3 = stored.clients("s3")
    for day in ("09/30", "10/08", "10/11", "10/12"):
        s3.put_object(
            Bucket=stored.bucket, Key=f"{FORECASTS}/2024/{day}/23/a.jsonl", Body=line(day)
        )
    query = "SELECT DISTINCT month, day FROM forecasts ORDER BY month, day"
    days = [
        (row["month"], row["day"])
        for row in run(stored, capsys, query, "--from", "2024-10-01", "--to", "2024-10-12")
    ]
    assert days == [("10", "08"), ("10", "10"), ("10", "11")]


def test_parts_of_the_path_are_columns(stored, capsys):
    query = "SELECT DISTINCT stage, endpoint, variant, year FROM forecasts ORDER BY stage"
    assert run(stored, capsys, query) == [
        {
            "stage": stage,
            "endpoint": f"evergreen-{stage}",
            "variant": "AllTraffic",
            "year": "2024",
        }
        for stage in ("production", "staging")
    ]


def test_table_without_objects_has_its_columns(deployment, capsys):
    analytics_tables.create(deployment.clients("glue"), deployment.bucket)
    query = "SELECT count(*) AS n, sum(cardinality(detail.transactions)) AS t FROM raw"
    assert run(deployment, capsys, query) == [{"n": 0, "t": None}]


def test_line_that_is_no_json_and_the_rest_of_a_damaged_object_are_left_out(stored, capsys):
    good = analytics_objects.lines(analytics_objects.decisions())
    body = b"{not json}\n" + good
    for name, content in (("x", body), ("y", b"\x1f\x8bno gzip")):
        key = f"decisions/year=2024/month=10/day=10/hour=13/{name}.gz"
        stored.clients("s3").put_object(Bucket=stored.bucket, Key=key, Body=content)
    query = "SELECT count(id) AS found, count(DISTINCT id) AS events FROM decisions"
    assert main(["sql", query, "--json"], stored.connect) == 0
    output = capsys.readouterr()
    assert json.loads(output.out)["rows"] == [{"found": 6, "events": 2}]
    assert "y.gz is damaged" in output.err


def test_feature_that_old_files_lack_is_null(stored, capsys):
    """A version of the feature group gets new columns; files without them remain."""
    glue = stored.clients("glue")
    [table] = [t for t in analytics_tables.definitions(stored.bucket) if t["Name"] == "minutes"]
    table["StorageDescriptor"]["Columns"].insert(0, {"Name": "median", "Type": "bigint"})
    glue.update_table(DatabaseName="evergreen", TableInput=table)
    schema = analytics_objects.SCHEMA.append(pa.field("median", pa.int64()))
    rows = [{**analytics_objects.feature_rows()[0], "median": 7}]
    key = f"{analytics_tables.STORE}/year=2024/month=10/day=10/hour=14/new.parquet"
    query = "SELECT count(*) AS n, sum(median) AS median FROM minutes"
    assert run(stored, capsys, query) == [{"n": 6, "median": None}]
    body = analytics_objects.parquet(rows, schema)
    stored.clients("s3").put_object(Bucket=stored.bucket, Key=key, Body=body)
    assert run(stored, capsys, query) == [{"n": 7, "median": 7}]


def test_values_are_those_of_json_and_csv(stored, capsys):
    query = (
        "SELECT CAST('2024-10-10 12:00:00' AS timestamp) AS time, true AS yes, "
        "CAST(1.5 AS decimal(5, 2)) AS price, CAST('NaN' AS double) AS nothing, "
        "date '2024-10-10' AS day, 'a, \"b\"' AS text, 12345678901234567890123 AS large"
    )
    expected = {
        "time": "2024-10-10 12:00:00.000",
        "yes": True,
        "price": 1.5,
        "nothing": None,
        "day": "2024-10-10",
        "text": 'a, "b"',
        "large": 12345678901234567890123,
    }
    assert run(stored, capsys, query) == [expected]
    assert main(["sql", query, "--csv"], stored.connect) == 0
    [row] = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row == {k: "" if v is None else str(v) for k, v in expected.items()}


def test_times_with_a_zone_are_in_utc_on_every_machine(stored, capsys, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    query = """
        SELECT
          timestamptz '2024-10-10 12:00:00+02:00' AS t,
          hour(timestamptz '2024-10-10 00:00:00Z') AS h
    """
    assert run(stored, capsys, query) == [{"t": "2024-10-10 10:00:00.000", "h": 0}]


def test_names_are_found_in_every_case_as_athena_does(stored, capsys):
    query = "WITH Mine AS (SELECT 1 FROM Decisions) SELECT count(*) > 0 AS found FROM MINE"
    assert run(stored, capsys, query) == [{"found": True}]


def test_unknown_table_is_refused_with_the_known_ones(stored, capsys):
    message = refusal(stored, capsys, "SELECT * FROM forecast")
    expected = "expected one of decisions, forecasts, minutes, raw"
    assert message == f"evergreen: table: got 'forecast', {expected}"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELEC 1", 'DuckDB: syntax error at or near "SELEC"'),
        ("SELECT 1; SELECT 2", "query: got 2 statements, expected one SELECT"),
        ("", "query: got 0 statements, expected one SELECT"),
        ("DROP TABLE raw", "DuckDB: Only SELECT statements can be serialized to json!"),
        ("COPY (SELECT 1) TO 'file'", "DuckDB: Only SELECT statements"),
    ],
)
def test_query_that_is_no_select_is_refused(stored, capsys, query, message):
    assert refusal(stored, capsys, query).startswith(f"evergreen: {message}")


def test_wrong_column_has_the_message_of_the_engine(stored, capsys):
    assert main(["sql", "SELECT fee FROM raw"], stored.connect) == 2
    assert 'DuckDB: Binder Error: Referenced column "fee"' in capsys.readouterr().err


def test_query_reads_no_files_of_this_machine(stored, capsys, tmp_path):
    file = tmp_path / "secret.csv"
    file.write_text("a\n1\n")
    assert main(["sql", f"SELECT * FROM read_csv('{file}')"], stored.connect) == 2
    assert "DuckDB: Permission Error" in capsys.readouterr().err


def test_too_many_objects_are_refused_before_they_are_read(stored, capsys, monkeypatch):
    monkeypatch.setattr("cli.sql.objects.MAX_BYTES", 300)
    message = refusal(stored, capsys, "SELECT * FROM forecasts")
    assert message.startswith("evergreen: forecasts: the objects of 2024-10-09 to 2024-10-10")
    assert message.endswith("choose fewer days with --from and --to, or on AWS --engine athena")


def test_contradicting_options_are_refused(stored, capsys):
    assert refusal(stored, capsys, "SELECT 1", "--csv", "--engine", "athena").endswith(
        "--engine: got athena, expected duckdb on the local AWS"
    )
    assert main(["sql", "SELECT 1", "--csv", "--json"], stored.connect) == 2


def test_without_a_query_the_tables_are_listed(stored, capsys):
    assert main(["sql", "--json"], stored.connect) == 0
    tables = json.loads(capsys.readouterr().out)["tables"]
    assert list(tables) == ["decisions", "forecasts", "minutes", "raw"]
    assert tables["minutes"] == analytics_tables.FEATURES | dict.fromkeys(
        ("year", "month", "day"), "string"
    )
