"""Connections that clients keep: one thread of the model server answers several requests."""

import http.client
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from threading import Event

import pytest

from sagemaker_pipelines.container.application import MAX_INVOCATIONS, THREADS
from sagemaker_pipelines.container.server import FOLLOWING_MS
from tests.support.model_server import call, serving
from tests.support.training_jobs import wave

REQUEST = json.dumps({
    "instances": [{"start": "2024-10-10 00:00:00", "target": wave(60)}],
    "configuration": {"num_samples": 10},
}).encode()  # fmt: skip
HEADERS = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def served(trained):
    """Yield the host and port of a server with one worker."""
    with serving(trained[0].base) as (address, _):
        yield address.removeprefix("http://")


def invoke(connection):
    """Send a request over a connection -> status; the answer must be complete."""
    connection.request("POST", "/invocations", REQUEST, HEADERS)
    response = connection.getresponse()
    json.loads(response.read())
    return response.status


@pytest.mark.parametrize("pause", [0, 3 * FOLLOWING_MS / 1000], ids=["at-once", "later"])
def test_following_requests_are_answered_on_the_same_connection(served, pause):
    with closing(http.client.HTTPConnection(served, timeout=10)) as connection:
        connection.connect()
        own = connection.sock.getsockname()
        for _ in range(3):
            assert invoke(connection) == 200
            time.sleep(pause)
        assert connection.sock.getsockname() == own


def test_requests_that_are_sent_together_are_answered_in_turn(served):
    head = b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    one = head + b"Content-Length: %d\r\n\r\n" % len(REQUEST) + REQUEST
    host, port = served.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(one * 3)
        connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as file:
            assert file.read().count(b"HTTP/1.1 200 OK") == 3


def test_connections_without_requests_hold_no_threads(served):
    with ExitStack() as stack:
        for _ in range(2 * THREADS):
            connection = http.client.HTTPConnection(served, timeout=10)
            stack.enter_context(closing(connection))
            assert invoke(connection) == 200
        begin = time.monotonic()
        assert call(f"http://{served}/ping")[0] == 200
        assert time.monotonic() - begin < 1


def test_busy_connections_leave_threads_for_ping(served):
    ended = Event()

    def send():
        with closing(http.client.HTTPConnection(served, timeout=30)) as connection:
            found = {invoke(connection)}
            while not ended.is_set():
                found.add(invoke(connection))
            return found

    with ThreadPoolExecutor(MAX_INVOCATIONS) as clients:
        busy = [clients.submit(send) for _ in range(MAX_INVOCATIONS)]
        durations = []
        for _ in range(5):
            begin = time.monotonic()
            assert call(f"http://{served}/ping")[0] == 200
            durations.append(time.monotonic() - begin)
        ended.set()
        assert set().union(*(client.result() for client in busy)) == {200}
    assert max(durations) < 1
