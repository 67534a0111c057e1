"""The demo as a user runs it, on a recorded and mangled file, while AWS fails now and then.

The short form of `make chaos`: every caller meets a refused request, a throttle or a lost response
once with each of its actions. The seed is printed.

Logs, report.json and loop.png stay in .evergreen/e2e.
"""

import gzip
import json
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chaos import invariants, plan
from cli.connection import connect
from cli.target import choose
from demo import features
from scripts import local_terraform
from tests.support import irregular_file
from tests.support.local_aws import LocalAws
from tests.support.remaining_resources import remaining_resources

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".evergreen" / "e2e"
HOURS, RATE, CHANGE = 18, 3, 10


def start(*arguments):
    command = [sys.executable, "-m", "demo", "--home", str(HOME), *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def read_until(demo, text, seconds):
    """Read the demo's output up to a line with the text; on failure, show the last lines."""
    deadline = time.monotonic() + seconds
    output = []
    for line in demo.stdout:
        print(line, end="")
        output.append(line)
        if text in line:
            return "".join(output)
        assert time.monotonic() < deadline, f"{text!r} was not printed in time"
    raise AssertionError(f"the demo ended before it printed {text!r}:\n{''.join(output[-10:])}")


def demo_processes():
    """List the processes that use the demo's folder."""
    shown = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True)
    return [line for line in shown.stdout.splitlines() if str(HOME) in line]


@pytest.fixture
def recorded(tmp_path):
    lines, malformed = irregular_file.lines(HOURS, RATE, CHANGE)
    file = tmp_path / "recorded.jsonl.gz"
    file.write_bytes(gzip.compress(b"\n".join(lines), 1))
    return file, irregular_file.counted(lines), malformed


def test_killed_demo_leaves_no_process():
    with start("--hours", "8") as demo:
        read_until(demo, "terraform apply", 60)
        demo.kill()
    deadline = time.monotonic() + 30
    while left := demo_processes():
        assert time.monotonic() < deadline, left
        time.sleep(0.2)


def inject_faults():
    """Let each caller of the running demo meet a fault once with every action -> its local AWS."""
    aws = LocalAws(json.loads((HOME / "server.json").read_text())["endpoint_url"], HOME)
    seed = random.randrange(1000)
    roles = aws.client("iam").list_roles(MaxItems=1000)["Roles"]
    print(f"faults of seed {seed}", flush=True)
    names = [role["RoleName"] for role in roles]
    aws.post("faults", faults=plan.mild_faults(names, "evergreen", seed))
    return aws


def test_demo_judges_and_serves_models_on_a_mangled_file(recorded):
    file, minutes, malformed = recorded
    with start("--source", "replay", "--file", str(file), "--keep") as demo:
        try:
            read_until(demo, "— the loop", 300)
            aws = inject_faults()
            read_until(demo, "stays at", 900)
            met = aws.get("faults")["faults"]
            aws.post("faults", faults=[])
            connection = connect(choose(HOME, None), "evergreen")
            rows = stored(connection, minutes)
            inspected = invariants.inspect(connection)
            remaining = destroy(aws)
            demo.send_signal(signal.SIGINT)
            ended = demo.stdout.read()
            assert demo.wait(60) == 0, ended
        finally:
            demo.kill()
    report = json.loads((HOME / "report.json").read_text())

    reached = sum(count > fault["skip"] for fault in met for count in fault["seen"].values())
    print(f"{reached} pairs of caller and action met a fault")
    assert reached > 40
    distinct = sum(map(len, minutes.values()))
    assert invariants.failures(report | inspected, distinct) == []
    assert report["transactions"]["distinct"] == distinct
    assert report["transactions"]["in_features"] == distinct
    assert report["transactions"]["rejected"] == malformed
    assert report["transactions"]["polled"] > distinct
    assert report["minutes"]["count"] == len(minutes)
    assert rows == {
        iso(minute): (len(fees), sum(fees.values()) / len(fees))
        for minute, fees in minutes.items()
    }

    change = iso(min(minutes) + CHANGE * 60)
    first = report["models"][0]
    assert first["production_at"] < change
    assert first["training_span"].startswith(iso(min(minutes))[:13])
    trainings = [row for row in report["retrains"] if row["contenders"]]
    assert trainings[0]["reason"] == "first model"
    # After the change production needs a better model: every training judges it and the reference.
    after = [row for row in trainings if row["time"] > change]
    assert after
    for row in after:
        assert row["outcome"] == "succeeded"
        assert {"champion", "reference", "deepar"} <= set(row["contenders"])
        assert row["verdict"]
    measured = [row for row in report["monitoring"] if row["time"] > change and row["wql"]]
    assert all(row["reference_wql"] > 0 for row in measured)
    assert len(measured) >= HOURS - CHANGE - 2
    # A new deployment that receives transactions was never in an alarm of silence.
    for name in ("evergreen-features-stale", "evergreen-poller-stalled"):
        assert next(row["state"] for row in report["alarms"] if row["name"] == name) == "OK"
    assert report["terraform"]["second_plan_changes"] == 0
    assert (HOME / "loop.png").read_bytes().startswith(b"\x89PNG")
    assert remaining == (0, {})
    assert demo_processes() == []


def destroy(aws):
    """Destroy what the demo deployed -> what remains in Terraform's state and on the local AWS."""
    existed = remaining_resources(aws)
    assert {"endpoints", "models", "package groups", "log groups"} <= set(existed)
    variables = json.loads((HOME / "variables.tfvars.json").read_text())
    local_terraform.destroy(HOME, variables)
    return local_terraform.resources(HOME), remaining_resources(aws)


def stored(connection, minutes):
    """Read the rows from the Feature Store of the running demo."""
    found = features.read_rows(connection, {iso(minute) for minute in minutes})
    return {row.minute: (row.transactions, row.average_fee) for row in found}


def iso(minute):
    return datetime.fromtimestamp(minute * 60, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
