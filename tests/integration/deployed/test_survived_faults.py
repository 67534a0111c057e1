"""A mangled stream while things break: every transaction is in its row all the same, to the bit.

The clock holds at a moment of the stream, something breaks, and the stream goes on.
After the module on rejected data, by name: that one needs an earlier hour.
"""

import gzip
import json
from datetime import datetime

import pytest

from cli.main import main
from tests.integration.deployed.faulty_day import (
    END,
    FUNCTION,
    HALF,
    PARTS,
    RECORDS,
    START,
    Day,
)
from tests.integration.deployed.loop import evergreen, offline_rows, rows, said
from tests.support import irregular_file

pytestmark = pytest.mark.integration

SPAN = ("--from", START, "--to", END)

REFUSALS = [
    {"service": "s3", "operation": PARTS, "status": 500, "times": 40},
    {"service": "s3", "operation": PARTS, "status": 500, "after": True, "times": 10},
    {"service": "s3", "operation": PARTS, "status": 503, "seconds": 0.2, "times": 5},
    {"service": "s3", "operation": "GET /.*/raw/", "status": 503, "times": 4},
    {"service": "s3", "operation": "GET /.*/raw/", "seconds": 1, "times": 2},
    {"service": "s3", "operation": "GET /[^/]*/?$", "status": 500, "times": 9},
    {"service": "s3", "operation": "PUT /.*/raw/", "status": 500, "times": 2},
    {"service": "sagemaker", "operation": RECORDS, "status": 500, "times": 20},
    {"service": "sagemaker", "operation": RECORDS, "status": 500, "after": True, "times": 10},
    {"service": "events", "operation": "PutEvents", "status": 500, "times": 2},
    {"service": "events", "operation": "PutEvents", "status": 500, "after": True, "times": 3},
]


def archive(aws, outputs, minute, count):
    """Put a raw object of one minute where Firehose would."""
    first = int(datetime.fromisoformat(minute).timestamp())
    transactions = [{"hash": f"{n:064x}", "time": first, "fee": n} for n in range(count)]
    event = {"id": minute, "time": minute, "detail": {"transactions": transactions}}
    key = f"raw/{minute[:13].replace('-', '/').replace('T', '/')}/outage.gz"
    body = gzip.compress(json.dumps(event).encode())
    aws.client("s3").put_object(Bucket=outputs["bucket_name"], Key=key, Body=body)


def summed(aws, name):
    """Sum a metric of the aggregator over the day."""
    found = aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=name,
        Dimensions=[{"Name": "FunctionName", "Value": FUNCTION}],
        StartTime=START,
        EndTime=END,
        Period=3600,
        Statistics=["Sum"],
    )
    return sum(one["Sum"] for one in found["Datapoints"])


@pytest.fixture(scope="module")
def day(aws, outputs, tmp_path_factory):
    """Stream the day, with each fault in the middle of it."""
    day = Day(aws, outputs, tmp_path_factory.mktemp("day"))
    day.poll()
    day.hold("06:30")
    day.plan(*REFUSALS)
    day.hold("07:00")
    assert day.left() == []
    day.kill_poller()
    day.poll()
    day.hold("07:30")
    day.throttle()
    day.hold("07:50")
    assert main(["replay", "--from", START, "--to", HALF, "--home", str(aws.home)]) == 0
    day.hold("08:10")
    day.unthrottle()
    day.hold("08:20")
    day.kill_functions()
    day.end()
    return day


@pytest.fixture(scope="module")
def counted(day):
    return irregular_file.counted(day.lines)


def test_faults_were_felt(aws, day):
    """Without it the tests below would say nothing."""
    log = (aws.home / "logs" / "lambda" / f"{FUNCTION}.log").read_text()
    assert "InternalError" in log
    assert day.killed
    assert summed(aws, "Errors") > 0
    assert summed(aws, "Throttles") > 0
    assert "events not taken" in day.logs[0].read_text()


def test_nothing_is_unexplained(aws, day, counted, capsys):
    distinct = sum(map(len, counted.values()))
    code, audit = evergreen(aws, capsys, "audit", *SPAN)
    assert (code, audit["unexplained"], audit["lost"]) == (0, 0, 0)
    assert audit["distinct"] == audit["in_features"] == distinct
    assert audit["archived"] > distinct  # the poller was killed, and answers were lost
    assert audit["rejected"] >= day.malformed


def test_rows_equal_an_independent_count_to_the_bit(aws, counted, capsys):
    online = {minute: said(row) for minute, row in rows(aws, counted).items()}
    assert online == {
        minute: (len(fees), sum(fees.values()), sum(fees.values()) / len(fees))
        for minute, fees in counted.items()
    }
    assert offline_rows(aws, capsys, *SPAN) == online


def test_what_came_late_was_counted_and_alarmed(aws, counted, capsys):
    _, audit = evergreen(aws, capsys, "audit", *SPAN)
    assert audit["late_beyond_horizon"] > 0
    history = aws.client("cloudwatch").describe_alarm_history(
        AlarmName="evergreen-late-transactions", HistoryItemType="StateUpdate"
    )
    assert any("to ALARM" in one["HistorySummary"] for one in history["AlarmHistoryItems"])


def test_outage_longer_than_all_retries_is_audited_and_repaired_by_a_backfill(
    aws, outputs, day, capsys
):
    """Three attempts of the function, each of them three of the client; then a dead letter."""
    span = ("--from", "2024-10-10T09:30:00Z", "--to", "2024-10-10T09:31:00Z")
    aws.advance(span[1])
    day.plan({"service": "s3", "operation": PARTS, "status": 500, "times": 9})
    archive(aws, outputs, span[1], count=7)
    aws.pass_minutes(10)
    assert day.left() == []
    code, audit = evergreen(aws, capsys, "audit", *span)
    assert (code, audit["unexplained"]) == (1, 7)
    code, done = evergreen(aws, capsys, "backfill", *span)
    assert (code, done["objects"]) == (0, 1)
    code, audit = evergreen(aws, capsys, "audit", *span)
    assert (code, audit["unexplained"], audit["in_features"]) == (0, 0, 7)
