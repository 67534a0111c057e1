"""Run work in a process of its own; measure its CPU seconds and peak memory."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from time import process_time
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
STATUS = Path("/proc/self/status")
MB = 2**20
TICKS = os.sysconf("SC_CLK_TCK")


def run_alone(module: str, *arguments: object) -> Any:
    """Run `python -m module arguments…` and return the JSON that it prints.

    In a process of its own, so that nothing inherits the memory or the warm caches of another run.
    """
    command = [sys.executable, "-m", module, *map(str, arguments)]
    path = os.pathsep.join([str(ROOT), str(ROOT / "functions")])
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


class CpuClock:
    """CPU seconds of this process (all threads) since the clock was created."""

    def __init__(self) -> None:
        self._start = process_time()

    def seconds(self) -> float:
        """Return the CPU seconds; other work of the machine does not count."""
        return process_time() - self._start


def peak_mb() -> float:
    """Return the peak resident memory of this process in MB."""
    if STATUS.exists():  # Linux, where the maximum of getrusage starts with that of the parent
        for line in STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MB if sys.platform == "darwin" else peak / 1024


def limit_memory(mb: int) -> None:
    """Limit the address space to this many MB; only Linux enforces it."""
    resource.setrlimit(resource.RLIMIT_AS, (mb * MB, mb * MB))


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of a process and its children so far."""
    ticks = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                # After the name in parentheses: state, parent, …, user and system time.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # the process has ended
                continue
            if pid in (int(entry.name), int(fields[1])):
                ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS
