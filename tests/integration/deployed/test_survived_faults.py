"""A mangled stream while things break: every transaction is in its row all the same, to the bit.

The clock holds at a moment of the stream, something breaks, and the stream goes on.
After the module on rejected data, by name: that one needs an earlier hour.
"""

import gzip
import json
import os
import signal
from datetime import datetime
from pathlib import Path

import pytest

from cli.main import main
from tests import mangled
from tests.integration.deployed.loop import (
    evergreen,
    metrics,
    offline_rows,
    rows,
    said,
    start_poller,
)

pytestmark = pytest.mark.integration

HOURS = 3
START, HALF, END = (f"2024-10-10T{time}Z" for time in ("06:00:00", "07:30:00", "09:00:00"))
SPAN = ("--from", START, "--to", END)
FUNCTION = "evergreen-window-aggregator"
PARTS, RECORDS = "PUT /.*/minutes/", "PUT /FeatureGroup/"
WAIT = 120  # seconds, for what takes a few on a quiet machine

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


class Day:
    """A file that is being polled, and the hands that break things meanwhile."""

    def __init__(self, aws, outputs, folder):
        self.aws, self.outputs, self.folder = aws, outputs, folder
        self.lines, self.malformed = mangled.lines(HOURS, 1, HOURS, START, seed=11)
        (folder / "recorded.jsonl").write_bytes(b"\n".join(self.lines))
        self.logs, self.killed = [], []

    def hold(self, time):
        """Let the stream come to a moment of the day (HH:MM), and stand there."""
        self.aws.post("clock", stop_at=f"2024-10-10T{time}:00Z")
        self.aws.until(lambda: self.aws.get("clock")["holding"], WAIT)
        self.aws.settle()

    def poll(self):
        """Start a poller, at the beginning of the file."""
        self.logs.append(self.folder / f"poller-{len(self.logs)}.log")
        with self.logs[-1].open("w") as log:
            self.poller = start_poller(self.aws, self.outputs, self.folder / "recorded.jsonl", log)

    def kill_poller(self):
        self.poller.kill()
        self.poller.wait()

    def throttle(self):
        self.aws.client("lambda").put_function_concurrency(
            FunctionName=FUNCTION, ReservedConcurrentExecutions=0
        )

    def unthrottle(self):
        self.aws.client("lambda").delete_function_concurrency(FunctionName=FUNCTION)

    def plan(self, *faults):
        self.aws.post("faults", faults=faults)

    def left(self):
        return [one for one in self.aws.get("faults")["faults"] if one["times"]]

    def kill_functions(self):
        """Kill the aggregator's processes while one of them waits for S3."""
        self.plan({"service": "s3", "operation": PARTS, "seconds": 3})
        self.aws.post("clock", stop_at=None)
        self.aws.until(lambda: not self.left(), WAIT)
        for folder in Path("/proc").glob("[0-9]*/cwd"):
            if f"work/lambda/{FUNCTION}-" in link(folder):
                self.killed.append(int(folder.parent.name))
                os.kill(self.killed[-1], signal.SIGKILL)

    def end(self):
        """Poll the rest, and let everything happen that follows."""
        self.aws.post("clock", stop_at=None)
        assert self.poller.wait(WAIT) == 0
        for log in self.logs:
            metrics(self.aws, log)
        self.aws.pass_minutes(10)


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


def link(path):
    try:
        return str(path.readlink())
    except OSError:  # of another user, or ended
        return ""


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
    return mangled.counted(day.lines)


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
    assert audit["set_aside"] >= day.malformed


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


def test_outage_longer_than_all_retries_is_audited_and_healed_by_a_backfill(
    aws, outputs, day, capsys
):
    """Three attempts of the function, each of them three of the client; then a dead letter."""
    span = ("--from", "2024-10-10T09:30:00Z", "--to", "2024-10-10T09:31:00Z")
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
