"""Every transaction is accounted for: polled, archived, in its row; and again after a replay."""

import gzip
import json

import duckdb
import pytest

from cli.queries import archive_objects
from tests.integration.deployed.loop import (
    evergreen,
    metrics,
    offline_rows,
    rows,
    said,
    start_poller,
)
from tests.support import irregular_file

pytestmark = pytest.mark.integration

HOURS = 2
ORACLE = """
    WITH received AS (
        SELECT unnest(detail.transactions, recursive := true)
        FROM read_json('{files}', format = 'newline_delimited')
    ),
    each AS (SELECT "time" // 60 AS minute, hash, min(fee) AS fee FROM received GROUP BY ALL)
    SELECT minute, count(*), sum(fee)::BIGINT, sum(fee)::DOUBLE / count(*) FROM each GROUP BY ALL
"""
SPAN = ("--from", "2024-10-10T00:00:00Z", "--to", "2024-10-10T03:00:00Z")


@pytest.fixture(scope="module")
def streamed(aws, outputs, tmp_path_factory):
    """Poll a mangled file to its end -> its independent count, and what was no transaction."""
    lines, malformed = irregular_file.lines(HOURS, rate=2, change=HOURS)
    folder = tmp_path_factory.mktemp("stream")
    file = folder / "recorded.jsonl"
    file.write_bytes(b"\n".join(lines))
    with (folder / "poller.log").open("w+") as log:
        assert start_poller(aws, outputs, file, log).wait() == 0
    metrics(aws, log.name)
    aws.pass_minutes(10)
    return irregular_file.counted(lines), malformed


def test_i7_nothing_is_unexplained_and_rows_equal_an_independent_count(aws, streamed, capsys):
    counted, malformed = streamed
    distinct = sum(map(len, counted.values()))
    code, audit = evergreen(aws, capsys, "audit", *SPAN)
    assert (code, audit["unexplained"], audit["lost"]) == (0, 0, 0)
    assert audit["distinct"] == audit["in_features"] == audit["published"] == distinct
    assert audit["archived"] == distinct
    assert audit["rejected"] == malformed
    assert audit["polled"] > distinct
    assert audit["minutes"]["with_row"] == len(counted)
    for minute, row in rows(aws, counted).items():
        fees = counted[minute].values()
        assert said(row) == (len(fees), sum(fees), sum(fees) / len(fees))


def test_i7_rows_equal_what_duckdb_makes_of_the_archive(aws, outputs, streamed, tmp_path):
    """An oracle that shares no code with the loop: its own gzip, JSON, grouping and division."""
    counted, _ = streamed
    s3, bucket = aws.client("s3"), outputs["bucket_name"]
    for number, item in enumerate(
        s3.list_objects_v2(Bucket=bucket, Prefix="raw/2024/10/10/")["Contents"]
    ):
        body = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
        (tmp_path / f"{number}.json.gz").write_bytes(body)
    answer = duckdb.sql(ORACLE.format(files=tmp_path / "*.json.gz")).fetchall()
    oracle = {minute: (count, total, average) for minute, count, total, average in answer}
    assert {minute: said(row) for minute, row in rows(aws, counted).items()} == oracle


def test_i2_the_latest_offline_rows_are_the_online_rows(aws, streamed, capsys):
    counted, _ = streamed
    online = {minute: said(row) for minute, row in rows(aws, counted).items()}
    assert offline_rows(aws, capsys, *SPAN) == online


@pytest.mark.parametrize("command", ["replay", "backfill"])
def test_i8_what_happens_again_changes_no_row(aws, streamed, capsys, command):
    counted, _ = streamed
    before = rows(aws, counted)
    for _ in range(2):
        code, done = evergreen(aws, capsys, command, *SPAN)
        assert code == 0
        assert done.get("transactions", 1) > 0
        assert done.get("objects", 1) > 0
    aws.pass_minutes(10)
    assert rows(aws, counted) == before
    code, audit = evergreen(aws, capsys, "audit", *SPAN)
    assert (code, audit["unexplained"]) == (0, 0)
    assert audit["archived"] == audit["published"]


def test_lost_rows_are_found_by_the_audit_and_restored_by_a_backfill(
    aws, outputs, streamed, capsys
):
    """A minute whose row was never written: its event died, say, in the dead-letter queue."""
    key = "raw/2024/10/10/02/missed.gz"
    transactions = [{"hash": f"{n:064x}", "time": 1728526800 + n, "fee": n} for n in range(9)]
    event = {"id": "m", "time": "2024-10-10T02:20:10Z", "detail": {"transactions": transactions}}
    rule = {"Name": "evergreen-window-aggregator-raw-object", "EventBusName": "default"}
    aws.client("events").disable_rule(**rule)
    body = gzip.compress(json.dumps(event).encode())
    aws.client("s3").put_object(Bucket=outputs["bucket_name"], Key=key, Body=body)
    aws.settle()
    aws.client("events").enable_rule(**rule)
    aws.pass_minutes(20)  # to after 02:25: before, the row may still be on its way

    code, audit = evergreen(aws, capsys, "audit", *SPAN)
    assert (code, audit["unexplained"]) == (1, 9)
    odd = [{"minute": "2024-10-10T02:20:00Z", "distinct": 9, "in_features": 0}]
    assert audit["minutes"]["odd"] == odd
    narrow = ("--from", "2024-10-10T02:20:00Z", "--to", "2024-10-10T02:21:00Z")
    assert evergreen(aws, capsys, "backfill", *narrow) == (
        0,
        {"objects": 1, "failed": [], "resumed": False},
    )
    assert evergreen(aws, capsys, "audit", *SPAN)[1]["unexplained"] == 0


def test_an_interrupted_replay_goes_on_where_it_was(aws, outputs, streamed, capsys):
    s3, bucket = aws.client("s3"), outputs["bucket_name"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=archive_objects.RAW)["Contents"]
    last = listed[-2]["Key"]
    place = "operations/replay-20241010T0000Z-20241010T0300Z.json"
    s3.put_object(Bucket=bucket, Key=place, Body=json.dumps(last))
    code, done = evergreen(aws, capsys, "replay", *SPAN)
    assert (code, done["resumed"]) == (0, True)
    code, done = evergreen(aws, capsys, "replay", *SPAN)
    assert (code, done["resumed"]) == (0, False)


def test_an_unreadable_object_is_named(aws, outputs, streamed, capsys):
    key = "raw/2024/10/10/02/torn.gz"
    s3, bucket = aws.client("s3"), outputs["bucket_name"]
    s3.put_object(Bucket=bucket, Key=key, Body=b"no gzip")
    try:
        code, audit = evergreen(aws, capsys, "audit", *SPAN)
        assert (code, audit["unreadable_objects"], audit["unexplained"]) == (1, [key], 0)
        code, done = evergreen(aws, capsys, "backfill", *SPAN)
        assert (code, [one["key"] for one in done["failed"]]) == (1, [key])
    finally:
        s3.delete_object(Bucket=bucket, Key=key)
