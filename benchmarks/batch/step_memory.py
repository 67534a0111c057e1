"""Peak memory of the processes of the batch pipeline's steps, read while they run (Linux)."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

STEPS = {  # step -> what its process is called
    "PrepareBatch": "sagemaker_pipelines.steps.prepare_batch",
    "Score": "sagemaker_pipelines.container serve",
    "Collect": "sagemaker_pipelines.steps.collect_batch",
}
POLL_SECONDS = 0.2


class StepMemory:
    """Peak resident memory of the processes of each step, read while they run."""

    def __init__(self) -> None:
        self.peak_mb: dict[str, float] = {}
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        while True:
            for step, peak in _peaks():
                self.peak_mb[step] = max(peak, self.peak_mb.get(step, 0.0))
            time.sleep(POLL_SECONDS)


def _peaks() -> Iterator[tuple[str, float]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            status = (folder / "status").read_text()
        except OSError:  # it has just ended
            continue
        for step, program in STEPS.items():
            if program in command and (peak := status.partition("VmHWM:")[2].split()):
                yield step, int(peak[0]) / 1024
