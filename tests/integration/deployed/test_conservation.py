"""Every transaction is accounted for: polled, archived, in its row; also after a replay."""

import gzip
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb
import pytest

from common.times import iso
from tests.support import irregular_file
from tests.support.deployed_loop import (
    archive,
    evergreen,
    metrics,
    numbers,
    offline_rows,
    rows,
    start_poller,
    time_range,
)

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


@dataclass(frozen=True)
class Streamed:
    """A mangled file after it was polled to its end."""

    start: datetime
    expected: dict  # independent count: minute since 1970 -> fees by hash
    malformed: int
    audit: tuple  # exit code and document, before any other test changes the archive

    @property
    def options(self):
        return time_range(self.start, self.start + timedelta(hours=HOURS + 1))


@pytest.fixture(scope="module")
def streamed(aws, outputs, tmp_path_factory):
    start = aws.next_hour()
    lines, malformed = irregular_file.lines(HOURS, rate=2, change=HOURS, start=iso(start))
    folder = tmp_path_factory.mktemp("stream")
    file = folder / "recorded.jsonl"
    file.write_bytes(b"\n".join(lines))
    with (folder / "poller.log").open("w+") as log:
        assert start_poller(aws, outputs, file, log).wait() == 0
    metrics(aws, log.name)
    aws.advance(
        start + timedelta(hours=HOURS + 1)
    )  # the audit leaves out minutes that are not over
    aws.pass_minutes(10)
    options = time_range(start, start + timedelta(hours=HOURS + 1))
    audit = evergreen(aws, "audit", *options)
    return Streamed(start, irregular_file.counted(lines), malformed, audit)


def objects(aws, outputs, hour):
    """Return the keys of the raw objects of the stream."""
    found = []
    for k in range(HOURS + 1):
        prefix = f"raw/{hour + timedelta(hours=k):%Y/%m/%d/%H}/"
        listed = aws.client("s3").list_objects_v2(Bucket=outputs["bucket_name"], Prefix=prefix)
        found += [item["Key"] for item in listed.get("Contents", [])]
    return found


def test_i7_nothing_is_unexplained_and_rows_equal_an_independent_count(aws, streamed):
    distinct = sum(map(len, streamed.expected.values()))
    code, audit = streamed.audit
    assert (code, audit["unexplained"], audit["lost"]) == (0, 0, 0)
    assert audit["distinct"] == audit["in_features"] == audit["published"] == distinct
    assert audit["archived"] == distinct
    assert audit["rejected"] == streamed.malformed
    assert audit["polled"] > distinct
    assert audit["minutes"]["with_row"] == len(streamed.expected)
    for minute, row in rows(aws, streamed.expected).items():
        fees = streamed.expected[minute].values()
        assert numbers(row) == (len(fees), sum(fees), sum(fees) / len(fees))


def test_i7_rows_equal_what_duckdb_computes_from_the_archive(aws, outputs, streamed, tmp_path):
    """An oracle without shared code: its own gzip, JSON, grouping and division."""
    s3, bucket = aws.client("s3"), outputs["bucket_name"]
    for number, key in enumerate(objects(aws, outputs, streamed.start)):
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        (tmp_path / f"{number}.json.gz").write_bytes(body)
    found = duckdb.sql(ORACLE.format(files=tmp_path / "*.json.gz")).fetchall()
    oracle = {minute: (count, total, average) for minute, count, total, average in found}
    online = {minute: numbers(row) for minute, row in rows(aws, streamed.expected).items()}
    assert online == oracle


def test_i2_latest_offline_rows_are_the_online_rows(aws, streamed):
    online = {minute: numbers(row) for minute, row in rows(aws, streamed.expected).items()}
    assert offline_rows(aws, *streamed.options) == online


@pytest.mark.parametrize("command", ["replay", "backfill"])
def test_i8_repetition_changes_no_row(aws, streamed, command):
    before = rows(aws, streamed.expected)
    for _ in range(2):
        code, done = evergreen(aws, command, *streamed.options)
        assert code == 0
        assert done.get("transactions", 1) > 0
        assert done.get("objects", 1) > 0
    aws.pass_minutes(10)
    assert rows(aws, streamed.expected) == before
    code, audit = evergreen(aws, "audit", *streamed.options)
    assert (code, audit["unexplained"]) == (0, 0)
    assert audit["archived"] == audit["published"]


def test_missing_row_is_found_by_the_audit_and_repaired_by_a_backfill(aws, outputs):
    """A minute whose row was never written, because its event was lost."""
    hour = aws.next_hour()
    first = int(hour.timestamp())
    transactions = [{"hash": f"{n:064x}", "time": first + n, "fee": n} for n in range(9)]
    event = {"id": "m", "time": iso(hour), "detail": {"transactions": transactions}}
    rule = {"Name": "evergreen-window-aggregator-raw-object", "EventBusName": "default"}
    aws.client("events").disable_rule(**rule)
    archive(aws, outputs, hour, "missed", gzip.compress(json.dumps(event).encode()))
    aws.settle()
    aws.client("events").enable_rule(**rule)
    aws.pass_minutes(20)

    options = time_range(hour, hour + timedelta(minutes=1))
    code, audit = evergreen(aws, "audit", *options)
    assert (code, audit["unexplained"]) == (1, 9)
    missing = {"minute": iso(hour), "distinct": 9, "in_features": 0}
    assert audit["minutes"]["inconsistent"] == [missing]
    done = {"objects": 1, "failed": [], "resumed": False}
    assert evergreen(aws, "backfill", *options) == (0, done)
    assert evergreen(aws, "audit", *options)[1]["unexplained"] == 0


def test_interrupted_replay_resumes(aws, outputs, streamed):
    last = objects(aws, outputs, streamed.start)[-2]
    end = streamed.start + timedelta(hours=HOURS + 1)
    checkpoint = f"operations/replay-{streamed.start:%Y%m%dT%H%MZ}-{end:%Y%m%dT%H%MZ}.json"
    body = json.dumps(last)
    aws.client("s3").put_object(Bucket=outputs["bucket_name"], Key=checkpoint, Body=body)
    for resumed in (True, False):
        code, done = evergreen(aws, "replay", *streamed.options)
        assert (code, done["resumed"]) == (0, resumed)


def test_unreadable_object_is_named(aws, outputs):
    hour = aws.next_hour()
    key = archive(aws, outputs, hour, "torn", b"not gzip")
    aws.pass_minutes(20)
    options = time_range(hour, hour + timedelta(minutes=1))
    try:
        code, audit = evergreen(aws, "audit", *options)
        assert (code, audit["unreadable_objects"], audit["unexplained"]) == (1, [key], 0)
        code, done = evergreen(aws, "backfill", *options)
        assert (code, [failed["key"] for failed in done["failed"]]) == (1, [key])
    finally:  # a backfill also reads the archive of the hours around its range
        aws.client("s3").delete_object(Bucket=outputs["bucket_name"], Key=key)
