"""Work in a process of its own -> the CPU seconds it took and the most memory it held."""

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


def alone(module: str, *given: object) -> Any:
    """Run `python -m module given…` -> what it printed as JSON.

    A process each, so that none inherits the memory or the warm caches of another.
    """
    command = [sys.executable, "-m", module, *map(str, given)]
    path = os.pathsep.join([str(ROOT), str(ROOT / "functions")])
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


class Clock:
    """CPU seconds of this process, all threads, since it was made."""

    def __init__(self) -> None:
        self._begun = process_time()

    def seconds(self) -> float:
        """Tell the time; the machine's other work does not move this clock."""
        return process_time() - self._begun


def peak_mb() -> float:
    """Return the most memory (resident) that this process has held."""
    if STATUS.exists():  # Linux; getrusage's maximum begins with that of the parent
        for line in STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MB if sys.platform == "darwin" else peak / 1024


def limit_memory(mb: int) -> None:
    """Have allocations beyond so many MB of address space fail; only Linux keeps to it."""
    resource.setrlimit(resource.RLIMIT_AS, (mb * MB, mb * MB))
