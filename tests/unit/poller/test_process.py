"""`python -m poller` as a process: exit codes, metrics, health, and the end by SIGTERM."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from tests.unit.poller.bus import environment, serving
from tests.unit.poller.upstream import answer, example, listing, site, socket_site, transaction

ROOT = Path(__file__).parents[3]
START = 1_728_518_400
SIMULATOR = {"SOURCE": "simulator", "SIMULATOR_START": "2024-10-10T00:00:00Z"}
DEADLINE = 20  # seconds
HALVES = slice(2), slice(2, None)


@pytest.fixture
def bus():
    with serving() as bus:
        yield bus


def start(bus, module="poller", **settings):
    return subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=ROOT,
        env=environment(bus, **settings) | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(bus, **settings):
    process = start(bus, **settings)
    out, errors = process.communicate(timeout=60)
    return process.returncode, out, [json.loads(line) for line in errors.splitlines()]


def wait_for(condition):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def lines(numbers, **more):
    return [json.dumps({"hash": f"{n:064x}", "time": START + n, "fee": n} | more) for n in numbers]


def test_file_reaches_the_bus_whole_and_once(bus, tmp_path):
    path = tmp_path / "stream.jsonl.gz"
    content = [*lines(range(50)), "no", *lines(range(20, 70), fee=1), ""]
    path.write_bytes(gzip.compress("\n".join(content).encode()))
    bus.answers = [(400, "ThrottlingException"), {0}]

    code, out, log = run(bus, SOURCE="replay", SOURCE_FILE=str(path))

    assert code == 0
    assert [one["fee"] for one in bus.transactions()] == [*range(50), *[1] * 20]
    assert bus.rejected() == [
        {
            "source": str(path),
            "line": 51,
            "reason": "not JSON: Expecting value: line 1 column 1 (char 0)",
            "raw": "no",
        }
    ]
    assert {entry["DetailType"] for entry in bus.entries} == {
        "Transactions Received",
        "Transactions Set Aside",
    }
    times = [entry["Time"] for entry in bus.entries]
    assert times == sorted(times)
    assert times[-1] == START + 69
    assert log[-1]["published"] == 70
    [aside] = [entry for entry in log if entry["message"] == "transaction set aside"]
    assert (aside["line"], aside["source"]) == (51, str(path))
    metrics = [json.loads(line) for line in out.splitlines()]
    assert {one["_aws"]["Timestamp"] // 60_000 for one in metrics} == {
        START // 60,
        START // 60 + 1,
    }
    assert sum(one.get("Polls", 0) for one in metrics) == log[-1]["polls"]
    assert sum(one.get("PollGaps", 0) for one in metrics) == log[-1]["gaps"] == 0
    assert sum(one.get("TransactionsPolled", 0) for one in metrics) == 100
    assert sum(one.get("TransactionsPublished", 0) for one in metrics) == 70
    assert sum(one.get("TransactionsSetAside", 0) for one in metrics) == 1
    assert metrics[0]["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Evergreen/test"


def test_hour_of_the_simulator_reaches_the_bus(bus):
    code, _, log = run(bus, **SIMULATOR, SIMULATOR_HOURS="1")
    assert code == 0
    sent = bus.transactions()
    assert len({one["hash"] for one in sent}) == len(sent) == log[-1]["published"]
    assert all(before["time"] <= after["time"] for before, after in pairwise(sent))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"SOURCE": "replay", "SOURCE_FILE": "/absent.jsonl"},
            "cannot open /absent.jsonl: No such",
        ),
        ({"SOURCE": "replay", "SOURCE_FILE": "/tmp"}, "cannot open /tmp: Is a directory"),
        ({"SOURCE": "replay"}, "SOURCE_FILE is required"),
        ({"SOURCE": "stream"}, "SOURCE must be one of blockchain, http, mempool"),
    ],
    ids=["absent", "folder", "unnamed", "unknown"],
)
def test_unusable_settings_end_with_2_and_a_sentence(bus, settings, sentence):
    code, _, log = run(bus, **settings)
    assert code == 2
    assert log[-1]["error"].startswith(sentence)
    assert "exception" not in log[-1]


def test_empty_file_is_no_failure(bus, tmp_path):
    (tmp_path / "empty").touch()
    assert run(bus, SOURCE="replay", SOURCE_FILE=str(tmp_path / "empty"))[0] == 0
    assert bus.requests == []


def test_sigterm_ends_after_the_poll_in_hand_is_delivered(bus):
    process = start(bus, **SIMULATOR)
    wait_for(lambda: len(bus.entries) > 5)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=DEADLINE)
    end = json.loads(errors.splitlines()[-1])
    assert process.returncode == 0
    assert end["asked_to"] is True
    assert end["published"] == len(bus.transactions())


def test_sigterm_while_the_bus_is_busy_delivers_when_it_can(bus):
    bus.endless = (400, "ThrottlingException")
    process = start(bus, **SIMULATOR)
    wait_for(lambda: len(bus.requests) > 2)
    process.send_signal(signal.SIGTERM)
    bus.endless = None
    _, errors = process.communicate(timeout=DEADLINE)
    assert process.returncode == 0
    assert json.loads(errors.splitlines()[-1])["published"] == len(bus.transactions()) > 0


def test_health_file_tells_whether_polls_succeed(bus, tmp_path):
    settings = SIMULATOR | {"HEALTH_FILE": str(tmp_path / "healthy")}
    bus.endless = (400, "ThrottlingException")
    process = start(bus, **settings)

    def check():
        asked = start(bus, "poller.health", **settings)
        asked.communicate(timeout=DEADLINE)
        return asked.returncode

    try:
        wait_for(lambda: bus.requests)
        assert check() == 1
        bus.endless = None
        wait_for((tmp_path / "healthy").exists)
        assert check() == 0
    finally:
        process.terminate()
        process.communicate(timeout=DEADLINE)
    os.utime(tmp_path / "healthy", (0, 0))
    assert check() == 1


def ended(process):
    """Stop a process; give its exit code, metrics and log."""
    process.send_signal(signal.SIGTERM)
    out, errors = process.communicate(timeout=DEADLINE)
    metrics = [json.loads(line) for line in out.splitlines()]
    return process.returncode, metrics, [json.loads(line) for line in errors.splitlines()]


def test_earthquakes_reach_the_bus_with_the_example_and_nothing_else(bus):
    recorded = json.loads((ROOT / "tests/unit/poller/earthquakes.json").read_text())
    newer, older = [recorded | {"features": recorded["features"][part]} for part in HALVES]
    with site(answer(newer)) as live, site(answer(older)) as past:
        settings = example("earthquakes.env") | {"SOURCE_URL": live, "POLL_SECONDS": "1"}
        process = start(bus, **settings | {"HEAL_URL": past + "?starttime={since}"})
        wait_for(lambda: len(bus.transactions()) == 3)
        code, _, log = ended(process)
    assert code == 0
    keys = [one["key"] for one in bus.transactions()]
    assert keys == ["us7000nhga", "nc75071306", "tx2024twsg"]  # the last one from the past
    assert {entry["DetailType"] for entry in bus.entries} == {
        "Transactions Received",
        "Transactions Set Aside",
    }
    assert log[-1]["published"] == 3


def test_i9_messages_reach_the_bus_and_quiet_minutes_have_a_heartbeat(bus, tmp_path):
    def talk(connection):
        for n in (1, 2, 1):
            connection.send(json.dumps({"op": "utx", "x": transaction(n)}))
        for _ in connection:
            pass

    with socket_site(talk) as (url, _):
        settings = {"SOURCE": "blockchain", "SOURCE_URL": url, "POLL_SECONDS": "1"}
        process = start(bus, **settings, HEALTH_FILE=str(tmp_path / "healthy"))
        wait_for(lambda: len(bus.transactions()) == 2)
        (tmp_path / "healthy").unlink()
        wait_for((tmp_path / "healthy").exists)  # a poll without transactions is a poll
        code, metrics, log = ended(process)
    assert code == 0
    assert [one["fee"] for one in bus.transactions()] == [1, 2]
    assert sum(one.get("Polls", 0) for one in metrics) == log[-1]["polls"] >= 2
    heartbeats = [one["_aws"]["Timestamp"] / 1000 for one in metrics if "Polls" in one]
    assert abs(heartbeats[-1] - time.time()) < 120


def test_i9_unreachable_source_makes_no_heartbeat(bus, tmp_path):
    with site((503, {}, b"<html>")) as url:
        settings = {"SOURCE": "mempool", "SOURCE_URL": url, "POLL_SECONDS": "1"}
        process = start(bus, **settings, HEALTH_FILE=str(tmp_path / "healthy"))
        for line in process.stderr:
            if "poll failed" in line:
                break
        code, metrics, _ = ended(process)
    assert (code, metrics) == (0, [])
    assert not (tmp_path / "healthy").exists()


def test_unreadable_archive_stops_no_live_poll(bus):
    with site(listing(2, 1)) as url:
        settings = {"SOURCE": "blockchain", "SOURCE_URL": url, "HEAL_URL": url}
        process = start(bus, **settings, HEAL_HOURS="1", HEAL_ARCHIVE="s3://data/raw/")
        wait_for(lambda: len(bus.transactions()) == 2)
        code, _, log = ended(process)
    assert code == 0
    assert "archive not read" in [entry["message"] for entry in log]
