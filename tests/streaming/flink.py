"""The job in a process of its own, with its mini-cluster, on files."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Otherwise a file is committed when it is half an hour old.
SINK = {
    "connector": "filesystem",
    "sink.rolling-policy.check-interval": "1 s",
    "sink.rolling-policy.rollover-interval": "1 s",
}
PATIENCE = 900  # seconds; such a machine may be busy


class Job:
    """One home for source, sinks and checkpoints; processes come and go."""

    def __init__(self, home, **source):
        self.home, self.source = home, source
        (home / "source").mkdir(parents=True)

    def feed(self, name, lines):
        """Put a file into the source at once, as a stream puts records."""
        hidden = self.home / name
        hidden.write_text("".join(f"{line}\n" for line in lines))
        hidden.rename(self.home / "source" / name)

    @contextmanager
    def running(self, **flink):
        """Start the job; whatever is left of it afterwards is killed."""
        properties = self.configured(**flink)
        log = self.home / "log"
        with log.open("a") as out:
            process = subprocess.Popen(
                [sys.executable, "-W", "ignore", ROOT / "streaming" / "main.py"],
                env={
                    **os.environ,
                    "APP_PROPERTIES": str(properties),
                    "JAVA_TOOL_OPTIONS": "-Xmx512m",
                    "PYTHONPATH": str(ROOT),
                },
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            kill(process)

    def configured(self, **flink):
        """Write the file of properties."""
        properties = self.home / "properties.json"
        properties.write_text(json.dumps(self._groups(flink)))
        return properties

    def until(self, process, reached):
        """Wait until something is true of the outputs."""
        deadline = time.monotonic() + PATIENCE
        while not reached():
            assert process.poll() is None, (self.home / "log").read_text()[-5000:]
            assert time.monotonic() < deadline, (self.home / "log").read_text()[-5000:]
            time.sleep(0.1)

    def finish(self, process):
        assert process.wait(PATIENCE) == 0, (self.home / "log").read_text()[-5000:]

    def written(self, sink):
        """Read what a sink has committed."""
        files = sorted((self.home / sink).glob("part-*"))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

    def uncommitted(self, sink):
        """Tell whether a sink holds what no checkpoint has committed yet."""
        return any((self.home / sink).glob(".part-*"))

    def checkpoint(self):
        """Return the newest complete checkpoint."""
        found = self.home.glob("checkpoints/*/chk-*/_metadata")
        return max(found, key=lambda file: file.stat().st_mtime_ns).parent

    def _groups(self, flink):
        groups = {
            "source": {"connector": "filesystem", "path": f"{self.home}/source", **self.source},
            "minutes": {**SINK, "path": f"{self.home}/minutes"},
            "dead-letters": {**SINK, "path": f"{self.home}/dead-letters"},
            "flink": {
                "parallelism.default": "1",
                "execution.checkpointing.dir": f"file://{self.home}/checkpoints",
                "execution.checkpointing.externalized-checkpoint-retention": (
                    "RETAIN_ON_CANCELLATION"
                ),
                "execution.checkpointing.interval": "10 s",
                **flink,
            },
        }
        return [{"PropertyGroupId": k, "PropertyMap": v} for k, v in groups.items()]


def kill(process):
    """End Python and Java at once, as when the machine is gone."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
