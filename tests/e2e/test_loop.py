"""The loop turns on a recorded, mangled file: the demo as a user runs it.

What it leaves to look at stays in .evergreen/e2e: logs, report.json, loop.png.
"""

import gzip
import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.connection import connect
from cli.target import choose
from demo import features
from tests.support import irregular_file

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".evergreen" / "e2e"
HOURS, RATE, CHANGE = 18, 3, 11


def start(*arguments):
    command = [sys.executable, "-m", "demo", "--home", str(HOME), *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def printed_until(demo, text, seconds):
    """Read the demo's lines until one holds the text; the last lines tell why none came."""
    deadline = time.monotonic() + seconds
    said = []
    for line in demo.stdout:
        print(line, end="")
        said.append(line)
        if text in line:
            return "".join(said)
        assert time.monotonic() < deadline, f"{text!r} did not come in time"
    raise AssertionError(f"the demo ended before it said {text!r}:\n{''.join(said[-10:])}")


def processes():
    """List the processes that work in the demo's folder."""
    shown = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True)
    return [line for line in shown.stdout.splitlines() if str(HOME) in line]


@pytest.fixture
def recorded(tmp_path):
    lines, malformed = irregular_file.lines(HOURS, RATE, CHANGE)
    file = tmp_path / "recorded.jsonl.gz"
    file.write_bytes(gzip.compress(b"\n".join(lines), 1))
    return file, irregular_file.counted(lines), malformed


def test_demo_that_is_killed_leaves_no_process():
    with start("--hours", "6") as demo:
        printed_until(demo, "terraform apply", 60)
        demo.kill()
    deadline = time.monotonic() + 30
    while left := processes():
        assert time.monotonic() < deadline, left
        time.sleep(0.2)


def test_loop_turns_on_a_mangled_file(recorded):
    file, minutes, malformed = recorded
    with start("--source", "replay", "--file", str(file), "--keep") as demo:
        try:
            printed_until(demo, "stays at", 900)
            rows = stored(minutes)
            demo.send_signal(signal.SIGINT)
            ended = demo.stdout.read()
            assert demo.wait(60) == 0, ended
        finally:
            demo.kill()
    report = json.loads((HOME / "report.json").read_text())

    distinct = sum(map(len, minutes.values()))
    assert report["transactions"]["distinct"] == distinct
    assert report["transactions"]["in_features"] == distinct
    assert report["transactions"]["rejected"] == malformed
    assert report["transactions"]["polled"] > distinct
    assert report["minutes"]["count"] == len(minutes)
    assert rows == {
        iso(minute): (len(fees), sum(fees.values()) / len(fees))
        for minute, fees in minutes.items()
    }

    alarm = next(
        item["time"]
        for item in report["alarms"]
        if item["name"] == "evergreen-production-loss" and item["state"] == "ALARM"
    )
    first, *later = report["models"]
    assert first["production_at"] < alarm
    retrained = [model for model in later if model["trained_at"] >= alarm]
    assert retrained
    assert retrained[0]["production_at"] > alarm
    assert any(
        alarm <= item["time"] and item["outcome"] == "succeeded" for item in report["retrains"]
    )
    assert report["monitoring"][-1]["time"] > retrained[0]["production_at"]
    assert report["terraform"]["second_plan_changes"] == 0
    assert (HOME / "loop.png").read_bytes().startswith(b"\x89PNG")
    assert processes() == []


def stored(minutes):
    """Read the rows from the Feature Store of the running demo."""
    connection = connect(choose(HOME, None), "evergreen")
    found = features.read_rows(connection, {iso(minute) for minute in minutes})
    return {row.minute: (row.transactions, row.average_fee) for row in found}


def iso(minute):
    return datetime.fromtimestamp(minute * 60, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
