"""Run the Flink job on this machine: one process with a mini-cluster, on files."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv-flink" / "bin" / "python"  # made by `make flink-setup`
# By default a file is committed after half an hour.
SINK = {
    "connector": "filesystem",
    "sink.rolling-policy.check-interval": "1 s",
    "sink.rolling-policy.rollover-interval": "1 s",
}
MAX_SECONDS = 900  # the machine may be busy

Process = subprocess.Popen[bytes]


class JobError(RuntimeError):
    """The job failed or did not end in time; the message is the end of its log."""


class Job:
    """A folder of source, sinks and checkpoints, for one process after the other."""

    def __init__(self, home: Path, python: Path | str = sys.executable, **source: str) -> None:
        self.home, self.python, self.source = home, python, source
        (home / "source").mkdir(parents=True)

    def feed(self, name: str, lines: Iterable[str]) -> None:
        """Put a file of events, one per line, into the source atomically."""
        hidden = self.home / name
        with hidden.open("w") as file:
            file.writelines(f"{line}\n" for line in lines)
        hidden.rename(self.home / "source" / name)

    @contextmanager
    def running(self, **flink: str) -> Iterator[Process]:
        """Start the job with Flink settings; kill it at the end of the block if it still runs."""
        properties = self.configured(**flink)
        with (self.home / "log").open("a") as out:
            process = subprocess.Popen(
                [self.python, "-W", "ignore", ROOT / "streaming" / "main.py"],
                env={
                    **os.environ,
                    "APP_PROPERTIES": str(properties),
                    "JAVA_TOOL_OPTIONS": "-Xmx512m",
                    "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "functions")]),
                },
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            kill(process)

    def configured(self, **flink: str) -> Path:
        """Write the properties file and return its path."""
        properties = self.home / "properties.json"
        properties.write_text(json.dumps(self._groups(flink)))
        return properties

    def until(self, process: Process, reached: Callable[[], object]) -> None:
        """Wait until the condition holds; JobError if the job ends or time is up before."""
        deadline = time.monotonic() + MAX_SECONDS
        while not reached():
            if process.poll() is not None or time.monotonic() > deadline:
                raise JobError(self._log())
            time.sleep(0.1)

    def finish(self, process: Process) -> None:
        """Wait until the whole source is read and written; JobError if that fails."""
        try:
            code = process.wait(MAX_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise JobError(self._log()) from error
        if code:
            raise JobError(self._log())

    def written(self, sink: str) -> list[dict[str, Any]]:
        """Return the committed rows of a sink ("minutes", "dead-letters")."""
        files = sorted((self.home / sink).glob("part-*"))
        return [json.loads(line) for file in files for line in file.read_bytes().splitlines()]

    def uncommitted(self, sink: str) -> bool:
        """Return whether a sink has rows that no checkpoint has committed yet."""
        return any((self.home / sink).glob(".part-*"))

    def checkpoint(self) -> Path:
        """Return the newest complete checkpoint."""
        found = self.home.glob("checkpoints/*/chk-*/_metadata")
        return max(found, key=lambda file: file.stat().st_mtime_ns).parent

    def _log(self) -> str:
        return (self.home / "log").read_text()[-5000:]

    def _groups(self, flink: dict[str, str]) -> list[dict[str, Any]]:
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


def kill(process: Process) -> None:
    """Kill Python and Java at once, as if the machine had failed."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
