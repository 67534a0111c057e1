"""The Flink job on this machine: a process with a mini-cluster of its own, on files."""

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
# Otherwise a file is committed when it is half an hour old.
SINK = {
    "connector": "filesystem",
    "sink.rolling-policy.check-interval": "1 s",
    "sink.rolling-policy.rollover-interval": "1 s",
}
PATIENCE = 900  # seconds; such a machine may be busy

Process = subprocess.Popen[bytes]


class JobError(RuntimeError):
    """The job ended by itself or did not end; shows the last of its log."""


class Job:
    """One home for source, sinks and checkpoints; processes come and go."""

    def __init__(self, home: Path, python: Path | str = sys.executable, **source: str) -> None:
        self.home, self.python, self.source = home, python, source
        (home / "source").mkdir(parents=True)

    def feed(self, name: str, lines: Iterable[str]) -> None:
        """Put a file of events, one a line, into the source at once, as a stream puts records."""
        hidden = self.home / name
        with hidden.open("w") as file:
            file.writelines(f"{line}\n" for line in lines)
        hidden.rename(self.home / "source" / name)

    @contextmanager
    def running(self, **flink: str) -> Iterator[Process]:
        """Start the job with settings of Flink; whatever is left of it afterwards is killed."""
        properties = self.configured(**flink)
        with (self.home / "log").open("a") as out:
            process = subprocess.Popen(
                [self.python, "-W", "ignore", ROOT / "streaming" / "main.py"],
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

    def configured(self, **flink: str) -> Path:
        """Write the file of properties."""
        properties = self.home / "properties.json"
        properties.write_text(json.dumps(self._groups(flink)))
        return properties

    def until(self, process: Process, reached: Callable[[], object]) -> None:
        """Wait until something is true of the outputs; raises JobError if it never is."""
        deadline = time.monotonic() + PATIENCE
        while not reached():
            if process.poll() is not None or time.monotonic() > deadline:
                raise JobError(self._log())
            time.sleep(0.1)

    def finish(self, process: Process) -> None:
        """Wait until all of the source is read and written; raises JobError if that fails."""
        try:
            code = process.wait(PATIENCE)
        except subprocess.TimeoutExpired as error:
            raise JobError(self._log()) from error
        if code:
            raise JobError(self._log())

    def written(self, sink: str) -> list[dict[str, Any]]:
        """Read what a sink ("minutes", "dead-letters") has committed."""
        files = sorted((self.home / sink).glob("part-*"))
        return [json.loads(line) for file in files for line in file.read_bytes().splitlines()]

    def uncommitted(self, sink: str) -> bool:
        """Tell whether a sink holds what no checkpoint has committed yet."""
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
    """End Python and Java at once, as when the machine is gone."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
