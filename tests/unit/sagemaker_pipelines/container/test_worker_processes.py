"""Several workers, in the process layout of the image: one model, forked, replaced, drained.

Which worker answers is decided by stopping the others (SIGSTOP).
"""

import http.client
import json
import os
import shutil
import signal
import socket
import sys
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import ExitStack, suppress

import pytest

from tests.support.model_server import call, children, serving, stopped, until
from tests.support.training_jobs import wave

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

INSTANCE = {"start": "2024-10-10 00:00:00", "target": wave(60)}
REQUEST = json.dumps({"instances": [INSTANCE]}).encode()
# The most sample paths that a request may ask for: hundreds of times the work of the other one.
LARGE = json.dumps({"instances": [INSTANCE] * 2, "configuration": {"num_samples": 5000}}).encode()
HEAD = (
    b"POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(REQUEST)
)


@pytest.fixture
def base(trained, tmp_path):
    """Return a folder with a copy of the model."""
    shutil.copytree(trained[0].model, tmp_path / "model")
    return tmp_path


def workers(server):
    """Wait for the two workers -> their ids."""
    return until(lambda: len(found := children(server.pid)) == 2 and sorted(found))


def test_each_of_two_workers_answers(base):
    with serving(base, MODEL_SERVER_WORKERS="2") as (address, server):
        first, second = workers(server)
        answers = []
        for other in (second, first):
            with stopped(other):
                answers.append(call(address + "/invocations", REQUEST))
        assert answers[0][0] == 200
        assert answers[0] == answers[1]


def test_each_core_has_its_own_worker_by_default_also_after_one_died(base):
    cores = os.sched_getaffinity(0)

    def kept():
        """Return the only core of each worker; [] while there is none or one without."""
        with suppress(ProcessLookupError):
            sets = {pid: os.sched_getaffinity(pid) for pid in children(server.pid)}
            own = {pid: next(iter(cores)) for pid, cores in sets.items() if len(cores) == 1}
            return own if sorted(own.values()) == sorted(cores) else {}

    with serving(base, MODEL_SERVER_WORKERS="") as (_, server):
        [killed, *others] = until(kept)
        os.kill(killed, signal.SIGKILL)
        until(lambda: killed not in children(server.pid))
        assert {*others} < {*until(kept)}


def test_other_numbers_of_workers_run_on_any_core(base):
    cores = os.sched_getaffinity(0)
    with serving(base, MODEL_SERVER_WORKERS=str(len(cores) + 1)) as (_, server):
        found = until(lambda: len(pids := children(server.pid)) == len(cores) + 1 and pids)
        assert all(os.sched_getaffinity(pid) == cores for pid in found)


def test_killed_worker_is_replaced_by_one_with_the_model_that_was_loaded_once(base):
    with serving(base, MODEL_SERVER_WORKERS="2") as (address, server):
        killed, other = workers(server)
        expected = call(address + "/invocations", REQUEST)
        shutil.rmtree(base / "model")  # whoever loads it again fails
        os.kill(killed, signal.SIGKILL)
        until(lambda: killed not in children(server.pid))
        assert {call(address + "/invocations", REQUEST) for _ in range(10)} == {expected}
        [new] = {*workers(server)} - {other}
        with stopped(other):
            assert call(address + "/invocations", REQUEST) == expected
        assert new != killed


def test_ping_is_answered_while_both_workers_compute(base):
    with (
        serving(base, MODEL_SERVER_WORKERS="2") as (address, server),
        ThreadPoolExecutor(16) as pool,
    ):
        computing = []
        for other in workers(server):
            with stopped(other):
                # The worker that runs has eight of them, of which one is done.
                sent = [pool.submit(call, address + "/invocations", LARGE) for _ in range(8)]
                wait(sent, return_when=FIRST_COMPLETED)
                computing += sent
        pings = [call(address + "/ping")[0] for _ in range(4)]
        left = sum(not one.done() for one in computing)
        assert pings == [200] * 4
        assert left > 0, "nothing was computed any more"
        assert {one.result()[0] for one in computing} == {200}


def test_sigterm_drains_both_workers(base):
    with (
        serving(base, MODEL_SERVER_WORKERS="2") as (address, server),
        ExitStack() as connections,
    ):
        host, port = address.removeprefix("http://").split(":")
        accepted = []
        for other in workers(server):
            with stopped(other):
                for _ in range(2):
                    connection = socket.create_connection((host, int(port)), timeout=30)
                    accepted.append(connections.enter_context(connection))
                    connection.sendall(HEAD)
                    # The worker that runs says so when it reads the request.
                    assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        server.terminate()
        until(lambda: not call(address + "/ping")[0])
        assert len(children(server.pid)) == 2
        for connection in accepted:
            connection.sendall(REQUEST)
            response = http.client.HTTPResponse(connection)
            response.begin()
            assert response.status == 200
            assert len(json.loads(response.read())["predictions"]) == 1
        assert server.wait(timeout=40) == 0
