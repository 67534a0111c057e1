"""nginx before the model server, switched on by MODEL_SERVER_NGINX."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from sagemaker_pipelines.container import nginx
from sagemaker_pipelines.container.application import MAX_INVOCATIONS
from sagemaker_pipelines.container.limits import MAX_BODY_BYTES
from tests.support.model_server import call, children, free_port, serving, until
from tests.support.training_jobs import ROOT, environment, wave

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:{nginx.SBIN}")
pytestmark = [
    pytest.mark.skipif(
        NGINX is None,
        reason="nginx is not installed (Debian: apt-get install nginx-light)",
    ),
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]

ON = {"MODEL_SERVER_NGINX": "true", "MODEL_SERVER_WORKERS": "2"}
INSTANCE = {"start": "2024-10-10 00:00:00", "target": wave(60)}
REQUEST = json.dumps({"instances": [INSTANCE]}).encode()
HEAD = (
    b"POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n" % len(REQUEST)
)


@pytest.fixture(scope="module")
def running(trained):
    with serving(trained[0].base, **ON) as (address, server):
        yield address, server


@pytest.fixture(scope="module")
def served(running):
    return running[0]


def connect(address):
    host, port = address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=30)


def answer(connection):
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status, response.read()


def processes(server):
    """Return the ids of nginx and of the model server."""
    [front] = [pid for pid in children(server.pid) if command(pid).startswith("nginx: ")]
    [model] = children(server.pid) - {front}
    return front, model


def command(pid):
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def alive(pids):
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_answers_are_those_of_the_server_alone(trained, served):
    through = [call(served + "/ping"), call(served + "/invocations", REQUEST)]
    with serving(trained[0].base) as (address, _):
        alone = [call(address + "/ping"), call(address + "/invocations", REQUEST)]
    assert [one[0] for one in through] == [200, 200]
    assert through == alone


@pytest.mark.parametrize(
    ("path", "body", "kind", "status"),
    [
        ("/invocations", b"{", "application/json", 400),
        ("/invocations", b"a,b", "text/csv", 415),
        ("/invocations", b" " * MAX_BODY_BYTES, "application/json", 400),
        ("/invocations", b" " * (MAX_BODY_BYTES + 1), "application/json", 413),
        ("/other", None, "", 404),
        (f"/{'a' * 20_000}", None, "", 414),
    ],
    ids=["no-json", "type", "largest", "too-large", "route", "long-url"],
)
def test_errors_have_the_form_of_the_server_alone(served, path, body, kind, status):
    found, content_type, content = call(served + path, body, kind)
    assert (found, content_type) == (status, "application/json")
    assert list(json.loads(content)) == ["error"]


def test_missing_server_is_an_error_of_the_same_form(tmp_path):
    port = free_port()
    file = tmp_path / "nginx.conf"
    file.write_text(nginx.configuration(tmp_path, "127.0.0.1", port))
    front = subprocess.Popen([NGINX, "-e", "stderr", "-c", str(file)], stderr=subprocess.DEVNULL)
    try:
        status, kind, content = until(
            lambda: (found := call(f"http://127.0.0.1:{port}/ping"))[0] and found
        )
    finally:
        front.send_signal(signal.SIGQUIT)
        assert front.wait(timeout=20) == 0
    assert (status, kind) == (502, "application/json")
    assert json.loads(content) == {"error": "the model server did not respond"}


def test_what_is_no_http_is_answered_with_an_error(served):
    with connect(served) as connection:
        connection.sendall(b"POST /invocations HTTP/1.1\r\n\r\n")
        status, content = answer(connection)
    assert (status, json.loads(content)) == (400, {"error": "request: expected valid HTTP"})


def test_slow_clients_hold_no_thread_of_the_server(served):
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(served)) for _ in range(4 * MAX_INVOCATIONS)]
        for connection in slow:
            connection.sendall(HEAD + REQUEST[:10])
        assert call(served + "/invocations", REQUEST)[0] == 200
        for connection in slow[:3]:
            connection.sendall(REQUEST[10:])
            assert answer(connection)[0] == 200


def test_connection_is_kept_for_further_requests(served):
    with connect(served) as connection:
        for _ in range(3):
            connection.sendall(HEAD + REQUEST)
            assert answer(connection)[0] == 200


def test_killed_worker_fails_no_later_request(running):
    address, server = running
    _, model = processes(server)
    first = min(children(model))
    os.kill(first, signal.SIGKILL)
    until(lambda: first not in children(model))
    assert {call(address + "/invocations", REQUEST)[0] for _ in range(10)} == {200}
    until(lambda: len(children(model)) == 2)


def test_sigterm_finishes_requests_and_ends_both(trained):
    with serving(trained[0].base, **ON) as (address, server):
        front, model = processes(server)
        with connect(address) as connection:
            connection.sendall(HEAD.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
            # nginx says so when it reads the request: it is accepted.
            assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
            server.terminate()
            until(lambda: not call(address + "/ping")[0])
            assert alive([front, model]) == [front, model]
            connection.sendall(REQUEST)
            assert answer(connection)[0] == 200
        assert server.wait(timeout=40) == 0
        assert alive([front, model]) == []


@pytest.mark.parametrize("victim", [0, 1], ids=["nginx", "the model server"])
def test_container_ends_with_an_error_if_one_of_them_ends(trained, victim):
    with serving(trained[0].base, code=1, **ON) as (_, server):
        both = processes(server)
        os.kill(both[victim], signal.SIGKILL)
        assert server.wait(timeout=40) == 1
        assert alive(both) == []


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"MODEL_SERVER_NGINX": "yes"}, "MODEL_SERVER_NGINX: got 'yes', expected true or false"),
        ({"MODEL_SERVER_NGINX": "true"}, "the model server has ended with exit code 1"),
    ],
    ids=["value", "no-model"],
)
def test_what_cannot_be_served_ends_with_a_reason(tmp_path, variables, message):
    done = subprocess.run(
        [sys.executable, "-m", "sagemaker_pipelines.container", "serve", "--host", "127.0.0.1"],
        cwd=ROOT,
        env=environment(tmp_path, **variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == message
