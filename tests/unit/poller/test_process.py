"""`python -m poller` as a process: exit codes, metrics, health, and SIGTERM."""

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

from tests.support.fake_bus import environment, serving
from tests.support.fake_sources import (
    dripping,
    example,
    http_server,
    json_response,
    listing,
    raw_server,
    transaction,
    websocket_server,
)

ROOT = Path(__file__).parents[3]
START = 1_728_518_400
SIMULATOR = {"SOURCE": "simulator", "SIMULATOR_START": "2024-10-10T00:00:00Z"}
DEADLINE = 20  # seconds
STOP_DEADLINE = 10  # from SIGTERM to the end; Fargate sends SIGKILL after 30
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
        assert time.monotonic() < end, "timeout"
        time.sleep(0.02)


def total(metrics, name):
    return sum(value for one in metrics for value in one.get(name, []))


def lines(numbers, **more):
    return [json.dumps({"hash": f"{n:064x}", "time": START + n, "fee": n} | more) for n in numbers]


def test_file_reaches_the_bus_completely_and_once(bus, tmp_path):
    path = tmp_path / "stream.jsonl.gz"
    content = [*lines(range(50)), "no", *lines(range(20, 70), fee=1), ""]
    path.write_bytes(gzip.compress("\n".join(content).encode()))
    bus.failures = [(400, "ThrottlingException"), {0}]

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
        "Transactions Rejected",
    }
    times = [entry["Time"] for entry in bus.entries]
    assert times == sorted(times)
    assert times[-1] == START + 69
    assert log[-1]["published"] == 70
    [rejected] = [entry for entry in log if entry["message"] == "transaction rejected"]
    assert (rejected["line"], rejected["source"]) == (51, str(path))
    metrics = [json.loads(line) for line in out.splitlines()]
    assert {one["_aws"]["Timestamp"] // 60_000 for one in metrics} == {
        START // 60,
        START // 60 + 1,
    }
    assert total(metrics, "Polls") == log[-1]["polls"]
    assert total(metrics, "PollGaps") == log[-1]["gaps"] == 0
    assert total(metrics, "TransactionsPolled") == 100
    assert total(metrics, "TransactionsPublished") == 70
    assert total(metrics, "TransactionsRejected") == 1
    for document in metrics:
        [directive] = document["_aws"]["CloudWatchMetrics"]
        assert (directive["Namespace"], directive["Dimensions"]) == ("Evergreen/test", [[]])
        names = {metric["Name"] for metric in directive["Metrics"]}
        assert set(document) == {"_aws", *names}
        assert {metric["Unit"] for metric in directive["Metrics"]} == {"Count"}


def test_hour_of_the_simulator_reaches_the_bus(bus):
    code, _, log = run(bus, **SIMULATOR, SIMULATOR_HOURS="1")
    assert code == 0
    sent = bus.transactions()
    assert len({one["hash"] for one in sent}) == len(sent) == log[-1]["published"]
    assert all(before["time"] <= after["time"] for before, after in pairwise(sent))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"SOURCE": "replay", "SOURCE_FILE": "/absent.jsonl"},
            "cannot open /absent.jsonl: No such",
        ),
        ({"SOURCE": "replay", "SOURCE_FILE": "/tmp"}, "cannot open /tmp: Is a directory"),
        ({"SOURCE": "replay"}, "SOURCE_FILE: got None, expected a path or s3:// URI"),
        ({"SOURCE": "stream"}, "SOURCE: got 'stream', expected 'blockchain', 'http', 'mempool'"),
        (
            SIMULATOR | {"AWS_REGION": "", "AWS_DEFAULT_REGION": ""},
            "AWS_REGION: got nothing, expected a region such as eu-west-1",
        ),
        (SIMULATOR | {"AWS_PROFILE": "absent"}, "AWS_PROFILE: The config profile (absent)"),
    ],
    ids=["absent", "folder", "unnamed", "unknown", "no-region", "no-profile"],
)
def test_unusable_settings_end_with_code_2_and_a_message(bus, settings, message):
    code, _, log = run(bus, **settings)
    assert code == 2
    assert log[-1]["error"].startswith(message)
    assert "exception" not in log[-1]


def test_empty_file_is_not_a_failure(bus, tmp_path):
    (tmp_path / "empty").touch()
    assert run(bus, SOURCE="replay", SOURCE_FILE=str(tmp_path / "empty"))[0] == 0
    assert bus.requests == []


def test_sigterm_ends_after_the_current_poll_is_delivered(bus):
    process = start(bus, **SIMULATOR)
    wait_for(lambda: len(bus.entries) > 5)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=DEADLINE)
    end = json.loads(errors.splitlines()[-1])
    assert process.returncode == 0
    assert end["stopped"] is True
    assert end["published"] == len(bus.transactions())


def test_sigterm_while_the_bus_is_busy_delivers_when_it_can(bus):
    bus.permanent_failure = (400, "ThrottlingException")
    process = start(bus, **SIMULATOR)
    wait_for(lambda: len(bus.requests) > 2)
    process.send_signal(signal.SIGTERM)
    bus.permanent_failure = None
    _, errors = process.communicate(timeout=DEADLINE)
    assert process.returncode == 0
    assert json.loads(errors.splitlines()[-1])["published"] == len(bus.transactions()) > 0


def test_health_file_shows_whether_polls_succeed(bus, tmp_path):
    settings = SIMULATOR | {"HEALTH_FILE": str(tmp_path / "healthy")}
    bus.permanent_failure = (400, "ThrottlingException")
    process = start(bus, **settings)

    def check():
        checker = start(bus, "poller.health", **settings)
        checker.communicate(timeout=DEADLINE)
        return checker.returncode

    try:
        wait_for(lambda: bus.requests)
        assert check() == 1
        bus.permanent_failure = None
        wait_for((tmp_path / "healthy").exists)
        assert check() == 0
    finally:
        process.terminate()
        process.communicate(timeout=DEADLINE)
    os.utime(tmp_path / "healthy", (0, 0))
    assert check() == 1


def stop(process):
    """Stop a process; return its exit code, metrics and log."""
    process.send_signal(signal.SIGTERM)
    out, errors = process.communicate(timeout=STOP_DEADLINE)
    metrics = [json.loads(line) for line in out.splitlines()]
    return process.returncode, metrics, [json.loads(line) for line in errors.splitlines()]


def test_earthquakes_reach_the_bus_with_nothing_but_the_example(bus):
    recorded = json.loads((ROOT / "tests/events/earthquakes.json").read_text())
    newer, older = [recorded | {"features": recorded["features"][part]} for part in HALVES]
    with http_server(json_response(newer)) as live, http_server(json_response(older)) as history:
        settings = example("earthquakes.env") | {"SOURCE_URL": live, "POLL_SECONDS": "1"}
        process = start(bus, **settings | {"BACKFILL_URL": history + "?starttime={since}"})
        wait_for(lambda: len(bus.transactions()) == 3)
        code, _, log = stop(process)
    assert code == 0
    keys = [one["key"] for one in bus.transactions()]
    assert keys == ["us7000nhga", "nc75071306", "tx2024twsg"]  # the last one from the history
    assert {entry["DetailType"] for entry in bus.entries} == {
        "Transactions Received",
        "Transactions Rejected",
    }
    assert log[-1]["published"] == 3


def test_i9_messages_reach_the_bus_and_quiet_minutes_have_a_heartbeat(bus, tmp_path):
    def handle(connection):
        for n in (1, 2, 1):
            connection.send(json.dumps({"op": "utx", "x": transaction(n)}))
        for _ in connection:
            pass

    with websocket_server(handle) as (url, _):
        settings = {"SOURCE": "blockchain", "SOURCE_URL": url, "POLL_SECONDS": "1"}
        process = start(bus, **settings, HEALTH_FILE=str(tmp_path / "healthy"))
        wait_for(lambda: len(bus.transactions()) == 2)
        wait_for((tmp_path / "healthy").exists)
        (tmp_path / "healthy").unlink()
        wait_for((tmp_path / "healthy").exists)  # a poll without transactions is a poll
        code, metrics, log = stop(process)
    assert code == 0
    assert [one["fee"] for one in bus.transactions()] == [1, 2]
    assert total(metrics, "Polls") == log[-1]["polls"] >= 2
    heartbeats = [one["_aws"]["Timestamp"] / 1000 for one in metrics if "Polls" in one]
    assert abs(heartbeats[-1] - time.time()) < 120


def test_i9_unreachable_source_has_no_heartbeat(bus, tmp_path):
    with http_server((503, {}, b"<html>")) as url:
        settings = {"SOURCE": "mempool", "SOURCE_URL": url, "POLL_SECONDS": "1"}
        process = start(bus, **settings, HEALTH_FILE=str(tmp_path / "healthy"))
        for line in process.stderr:
            if "poll failed" in line:
                break
        code, metrics, _ = stop(process)
    assert (code, metrics) == (0, [])
    assert not (tmp_path / "healthy").exists()


def test_unreadable_archive_stops_no_live_poll(bus):
    with http_server(listing(2, 1)) as url:
        settings = {"SOURCE": "blockchain", "SOURCE_URL": url, "BACKFILL_URL": url}
        process = start(bus, **settings, BACKFILL_HOURS="1", BACKFILL_ARCHIVE="s3://data/raw/")
        wait_for(lambda: len(bus.transactions()) == 2)
        code, _, log = stop(process)
    assert code == 0
    assert "archive not read" in [entry["message"] for entry in log]


BODY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"


def live(body):
    return BODY + body[2]


@pytest.mark.parametrize(
    ("settings", "scheme"),
    [
        ({"SOURCE": "blockchain"}, "http"),
        ({"SOURCE": "blockchain"}, "ws"),
        ({"SOURCE": "blockchain"}, "https"),
        ({"SOURCE": "mempool"}, "wss"),
    ],
    ids=str,
)
def test_sigterm_while_the_source_drips_ends_the_process(bus, settings, scheme):
    with raw_server(dripping(BODY, seconds=0.3)) as address:
        process = start(bus, **settings, SOURCE_URL=f"{scheme}://{address}/")
        for line in process.stderr:
            if "polling started" in line:
                break
        code, _, log = stop(process)
    assert code == 0
    assert log[-1]["stopped"] is True


def test_sigterm_while_a_later_poll_drips_flushes_the_counts(bus):
    with raw_server(live(listing(2, 1)), dripping(BODY, seconds=0.3)) as address:
        url = f"http://{address}/"
        process = start(bus, SOURCE="blockchain", SOURCE_URL=url, POLL_SECONDS="1")
        wait_for(lambda: len(bus.transactions()) == 2)
        code, metrics, log = stop(process)
    assert code == 0
    assert total(metrics, "TransactionsPublished") == log[-1]["published"] == 2
    assert total(metrics, "Polls") == 1


def test_sigterm_while_the_history_drips_ends_the_process(bus):
    with (
        raw_server(live(listing(2, 1))) as source,
        raw_server(dripping(BODY, seconds=0.3)) as history,
    ):
        settings = {"SOURCE": "blockchain", "SOURCE_URL": f"http://{source}/"}
        more = {"BACKFILL_HOURS": "1", "BACKFILL_URL": f"http://{history}", "POLL_SECONDS": "1"}
        process = start(bus, **settings, **more)
        wait_for(lambda: len(bus.transactions()) == 2)
        code, metrics, log = stop(process)
    assert code == 0
    assert total(metrics, "Polls") == log[-1]["polls"] >= 1


def test_sigterm_while_a_message_drips_ends_the_process(bus):
    def handle(connection):
        connection.send(json.dumps({"op": "utx", "x": transaction(1)}))
        connection.protocol.send_text(b"{", fin=False)  # and never the rest of the message
        connection.send_data()
        for _ in connection:
            pass

    with websocket_server(handle) as (url, _):
        process = start(bus, SOURCE="blockchain", SOURCE_URL=url, POLL_SECONDS="1")
        wait_for(lambda: len(bus.transactions()) == 1)
        code, metrics, log = stop(process)
    assert code == 0
    assert total(metrics, "TransactionsPublished") == log[-1]["published"] == 1


def test_sigterm_while_a_pipe_has_nothing_ends_the_process(bus, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    process = start(bus, SOURCE="replay", SOURCE_FILE=str(tmp_path / "pipe"))
    with (tmp_path / "pipe").open("wb", buffering=0) as pipe:
        last = json.dumps({"hash": "f" * 64, "time": START + 90, "fee": 9})
        pipe.write("".join(f"{line}\n" for line in [*lines(range(3), size=1), last]).encode())
        wait_for(lambda: len(bus.transactions()) == 3)
        code, _, log = stop(process)
    assert code == 0
    # The signal comes before or after the poller looks for the next poll, which has the last one.
    assert log[-1]["published"] == len(bus.transactions()) >= 3


def test_refused_permission_ends_the_process_with_the_code(bus):
    bus.refuse = lambda _: "NotAuthorizedForSourceException"
    code, _, log = run(bus, **SIMULATOR, SIMULATOR_HOURS="1")
    assert code == 1
    assert log[-1]["error"] == "NotAuthorizedForSourceException: as configured"


def test_secrets_of_urls_are_in_no_log_and_no_event(bus):
    bad = BODY + json.dumps({"txs": [transaction(1, fee=1), {"hash": "no"}]}).encode()
    with raw_server(b"HTTP/1.1 500 No\r\n\r\n", bad) as source, raw_server(b"") as history:
        process = start(
            bus,
            SOURCE="blockchain",
            SOURCE_URL=f"http://me:s3cret@{source}/k3y?token=t0ken",
            BACKFILL_HOURS="1",
            BACKFILL_URL=f"http://me:s3cret@{history}/k3y",
            POLL_SECONDS="1",
        )
        wait_for(bus.rejected)
        process.send_signal(signal.SIGTERM)
        out, errors = process.communicate(timeout=DEADLINE)
    seen = out + errors + json.dumps(bus.entries)
    assert "HTTP 500" in seen
    assert not [secret for secret in ("s3cret", "k3y", "t0ken") if secret in seen]


def test_bad_url_is_not_printed(bus):
    code, _, log = run(bus, SOURCE="mempool", SOURCE_URL="htps://me:s3cret@host/")
    assert code == 2
    assert log[-1]["error"].startswith("SOURCE_URL: got '(not shown)', expected a URL like")
