"""Connections that clients keep: one thread of the model server answers several requests."""

import http.client
import json
import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from threading import BoundedSemaphore, Event

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn

from sagemaker_pipelines.container.application import MAX_INVOCATIONS, THREADS, Application
from sagemaker_pipelines.container.server import FOLLOWING_MS, Worker
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


@pytest.fixture
def handled():
    """Return a function: bytes of a client -> result of `handle`, the answers, the requests."""
    cfg = Config()
    worker = Worker(0, os.getppid(), [], None, 10, cfg, Logger(cfg))
    worker.wsgi = Application(None)  # without a model, which /ping does not need
    worker.keeping = BoundedSemaphore(1)
    client, sock = socket.socketpair()

    def handle(sent):
        client.sendall(sent)
        result = worker.handle(TConn(cfg, sock, ("127.0.0.1", 1), ("127.0.0.1", 2)))
        client.settimeout(1)
        answers = client.recv(10_000)
        assert worker.keeping.acquire(blocking=False), "the thread still counts as kept"
        return result, answers.count(b"HTTP/1.1 200 OK"), worker.nr

    with closing(client), closing(sock), closing(worker.tmp):
        yield handle


def test_thread_answers_all_requests_of_a_kept_connection_and_says_that_it_is_kept(handled):
    # gunicorn's `handle` says so by True: with another value each request would take a thread.
    assert handled(b"GET /ping HTTP/1.1\r\nHost: x\r\n\r\n" * 3) == (True, 3, 3)


def test_thread_says_that_the_client_closes_its_connection(handled):
    last = b"GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert handled(last) == (False, 1, 1)


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
