"""A mangled stream during faults: every transaction is in its row, to the bit.

The clock stops at a time of the stream, a fault is injected, and the stream continues.
"""

import gzip
import json
from datetime import timedelta

import pytest

from common.times import iso
from tests.support import irregular_file
from tests.support.deployed_loop import (
    archive,
    evergreen,
    numbers,
    offline_rows,
    rows,
    time_range,
)
from tests.support.faulty_stream import FUNCTION, PARTS, RECORDS, FaultyStream

pytestmark = pytest.mark.integration

FAULTS = [
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


@pytest.fixture(scope="module")
def stream(aws, outputs, tmp_path_factory):
    """The finished stream; every fault was injected while it ran."""
    stream = FaultyStream(aws, outputs, tmp_path_factory.mktemp("stream"))
    stream.poll()
    stream.run_until(30)
    stream.inject(*FAULTS)
    stream.run_until(60)
    assert stream.pending_faults() == []
    stream.kill_poller()
    stream.poll()
    stream.run_until(90)
    stream.throttle()
    stream.run_until(110)
    assert evergreen(aws, "replay", *time_range(stream.start, stream.at(90)))[0] == 0
    stream.run_until(130)
    stream.unthrottle()
    stream.run_until(140)
    stream.kill_functions()
    stream.finish()
    return stream


@pytest.fixture(scope="module")
def options(stream):
    return time_range(stream.start, stream.end)


@pytest.fixture(scope="module")
def expected(stream):
    return irregular_file.counted(stream.lines)


def metric_sum(aws, stream, name):
    """Return the sum of a metric of the aggregator over the stream."""
    found = aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=name,
        Dimensions=[{"Name": "FunctionName", "Value": FUNCTION}],
        StartTime=stream.start,
        EndTime=stream.end,
        Period=3600,
        Statistics=["Sum"],
    )
    return sum(item["Sum"] for item in found["Datapoints"])


def test_faults_took_effect(aws, stream):
    """Otherwise the tests below would prove nothing."""
    log = (aws.home / "logs" / "lambda" / f"{FUNCTION}.log").read_text()
    assert "InternalError" in log
    assert stream.killed
    assert metric_sum(aws, stream, "Errors") > 0
    assert metric_sum(aws, stream, "Throttles") > 0
    assert "events not accepted, retrying" in stream.logs[0].read_text()


def test_nothing_is_unexplained(aws, stream, options, expected):
    distinct = sum(map(len, expected.values()))
    code, audit = evergreen(aws, "audit", *options)
    assert (code, audit["unexplained"], audit["lost"]) == (0, 0, 0)
    assert audit["distinct"] == audit["in_features"] == distinct
    assert audit["archived"] > distinct  # the poller was killed, and responses were lost
    assert audit["rejected"] >= stream.malformed


def test_rows_equal_an_independent_count_to_the_bit(aws, options, expected):
    online = {minute: numbers(row) for minute, row in rows(aws, expected).items()}
    assert online == {
        minute: (len(fees), sum(fees.values()), sum(fees.values()) / len(fees))
        for minute, fees in expected.items()
    }
    assert offline_rows(aws, *options) == online


def test_late_transactions_are_counted_and_raise_an_alarm(aws, stream, options):
    _, audit = evergreen(aws, "audit", *options)
    assert audit["late_beyond_horizon"] > 0
    history = aws.client("cloudwatch").describe_alarm_history(
        AlarmName="evergreen-late-transactions", HistoryItemType="StateUpdate"
    )["AlarmHistoryItems"]
    during = [item for item in history if stream.start <= item["Timestamp"] <= stream.at(240)]
    assert any("to ALARM" in item["HistorySummary"] for item in during)


def test_outage_longer_than_all_retries_is_audited_and_backfilled(aws, outputs, stream):
    """Three attempts of the function, each with three of the client; then a dead letter."""
    hour = aws.next_hour()
    minute, time = int(hour.timestamp()), hour + timedelta(minutes=1)
    transactions = [{"hash": f"{n:064x}", "time": minute, "fee": n} for n in range(7)]
    event = {"id": iso(time), "time": iso(time), "detail": {"transactions": transactions}}
    stream.inject({"service": "s3", "operation": PARTS, "status": 500, "times": 9})
    archive(aws, outputs, time, "outage", gzip.compress(json.dumps(event).encode()))
    aws.pass_minutes(10)
    assert stream.pending_faults() == []
    options = time_range(hour, time)
    code, audit = evergreen(aws, "audit", *options)
    assert (code, audit["unexplained"]) == (1, 7)
    code, done = evergreen(aws, "backfill", *options)
    assert (code, done["objects"]) == (0, 1)
    code, audit = evergreen(aws, "audit", *options)
    assert (code, audit["unexplained"], audit["in_features"]) == (0, 0, 7)
