"""The stream of a campaign: a simulated file with repeated lines and clock skew of the source."""

import gzip
import json
import random
import subprocess
import sys
from pathlib import Path

RATE = 3  # transactions a second
CHANGE_SHARE = 0.6  # of the hours: then the regime changes
REPEATED, SKEWED = 0.02, 0.01  # shares of the lines
MAX_SKEW_LINES = 600  # a source whose clock is behind publishes older transactions later


def write(file: Path, hours: float, seed: int = 0) -> tuple[Path, int]:
    """Write the file -> its path, and the number of distinct transactions."""
    argv = ["-m", "poller.simulator", "--start", "2024-10-10T00:00:00Z", "--seed", str(seed)]
    argv += ["--hours", str(hours), "--rate", str(RATE)]
    argv += ["--regime-change-hours", str(round(hours * CHANGE_SHARE, 1))]
    lines = subprocess.run(
        [sys.executable, *argv], check=True, capture_output=True
    ).stdout.splitlines()
    distinct = len({json.loads(line)["hash"] for line in lines})
    file.write_bytes(gzip.compress(b"\n".join(disturbed(lines, seed)), 1))
    return file, distinct


def disturbed(lines: list[bytes], seed: int) -> list[bytes]:
    """Return the lines in a changed order, some of them twice."""
    dice = random.Random(seed)  # noqa: S311 - a reproducible stream
    places = []
    for number, line in enumerate(lines):
        late = dice.uniform(0, MAX_SKEW_LINES) if dice.random() < SKEWED else 0
        places.append((number + late, line))
        if dice.random() < REPEATED:
            places.append((number + dice.uniform(0, MAX_SKEW_LINES), line))
    return [line for _, line in sorted(places)]
