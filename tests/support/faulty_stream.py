"""A stream that is being polled, and faults that are injected meanwhile."""

import json
import os
import signal
from datetime import timedelta
from pathlib import Path

from common.times import iso
from tests.support import irregular_file
from tests.support.deployed_loop import metrics, start_poller

HOURS = 3
FUNCTION = "evergreen-window-aggregator"
PARTS, RECORDS = "PUT /.*/minutes/", "PUT /FeatureGroup/"
DEADLINE = 120  # seconds; a few on an idle machine


class FaultyStream:
    """A stream of three hours from the next hour of the clock on."""

    def __init__(self, aws, outputs, folder):
        self.aws, self.outputs, self.folder = aws, outputs, folder
        self.start = aws.next_hour()
        self.end = self.start + timedelta(hours=HOURS)
        self.lines, self.malformed = irregular_file.lines(
            HOURS, 1, HOURS, iso(self.start), seed=11
        )
        # Whether these lines contain late transactions depends on the hour.
        position = len(self.lines) * 5 // 6
        self.lines[position:position] = late_transactions(self.at(10))
        (folder / "recorded.jsonl").write_bytes(b"\n".join(self.lines))
        self.logs, self.killed = [], []

    def at(self, minutes):
        return self.start + timedelta(minutes=minutes)

    def hold(self, minutes):
        """Continue the stream to this many minutes after its start, and stop the clock there."""
        self.aws.post("clock", stop_at=iso(self.at(minutes)))
        self.aws.until(lambda: self.aws.get("clock")["holding"], DEADLINE)
        self.aws.settle()

    def poll(self):
        """Start a poller at the beginning of the file."""
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

    def inject(self, *faults):
        self.aws.post("faults", faults=faults)

    def pending_faults(self):
        return [item for item in self.aws.get("faults")["faults"] if item["times"]]

    def kill_functions(self):
        """Kill the aggregator processes of this deployment while one of them waits for S3."""
        roots = f"{self.aws.home.resolve()}/work/lambda/{FUNCTION}-"
        self.inject({"service": "s3", "operation": PARTS, "seconds": 3})
        self.aws.post("clock", stop_at=None)
        self.aws.until(lambda: not self.pending_faults(), DEADLINE)
        for folder in Path("/proc").glob("[0-9]*/cwd"):
            if link(folder).startswith(roots):
                self.killed.append(int(folder.parent.name))
                os.kill(self.killed[-1], signal.SIGKILL)

    def finish(self):
        """Poll the rest of the stream and let everything that follows happen."""
        self.aws.post("clock", stop_at=None)
        assert self.poller.wait(DEADLINE) == 0
        for log in self.logs:
            metrics(self.aws, log)
        self.aws.pass_minutes(10)


def late_transactions(time, count=5):
    second = int(time.timestamp())
    records = [
        {"hash": f"{0xABC000 + n:064x}", "time": second + n, "fee": n} for n in range(count)
    ]
    return [json.dumps(record).encode() for record in records]


def link(path):
    try:
        return str(path.readlink())
    except OSError:  # of another user, or ended
        return ""
