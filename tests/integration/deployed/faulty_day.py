"""A file that is being polled, and what breaks meanwhile."""

import os
import signal
from pathlib import Path

from tests.integration.deployed.loop import metrics, start_poller
from tests.support import irregular_file

HOURS = 3
START, HALF, END = (f"2024-10-10T{time}Z" for time in ("06:00:00", "07:30:00", "09:00:00"))
FUNCTION = "evergreen-window-aggregator"
PARTS, RECORDS = "PUT /.*/minutes/", "PUT /FeatureGroup/"
WAIT = 120  # seconds, for what takes a few on a quiet machine


class Day:
    """A file that is being polled, and the hands that break things meanwhile."""

    def __init__(self, aws, outputs, folder):
        self.aws, self.outputs, self.folder = aws, outputs, folder
        self.lines, self.malformed = irregular_file.lines(HOURS, 1, HOURS, START, seed=11)
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
        """Kill this deployment's processes of the aggregator while one of them waits for S3."""
        roots = f"{self.aws.home.resolve()}/work/lambda/{FUNCTION}-"
        self.plan({"service": "s3", "operation": PARTS, "seconds": 3})
        self.aws.post("clock", stop_at=None)
        self.aws.until(lambda: not self.left(), WAIT)
        for folder in Path("/proc").glob("[0-9]*/cwd"):
            if link(folder).startswith(roots):
                self.killed.append(int(folder.parent.name))
                os.kill(self.killed[-1], signal.SIGKILL)

    def end(self):
        """Poll the rest, and let everything happen that follows."""
        self.aws.post("clock", stop_at=None)
        assert self.poller.wait(WAIT) == 0
        for log in self.logs:
            metrics(self.aws, log)
        self.aws.pass_minutes(10)


def link(path):
    try:
        return str(path.readlink())
    except OSError:  # of another user, or ended
        return ""
