"""The model server of the image as a process, and requests to it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.training_jobs import ROOT, environment

SECONDS = 60


@contextmanager
def serving(base, code=0, **variables):
    """Start the server of a model; yield its address and process, which must end with `code`."""
    port = free_port()
    more = {"MODEL_SERVER_WORKERS": "1", "SAGEMAKER_BIND_TO_PORT": str(port), **variables}
    server = subprocess.Popen(
        [sys.executable, "-m", "sagemaker_pipelines.container", "serve", "--host", "127.0.0.1"],
        cwd=ROOT,
        env=environment(base, **more),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: server.poll() is not None or call(address + "/ping")[0] == 200)
        assert server.poll() is None, "the server ended"
        yield address, server
    finally:
        server.terminate()
        ended = server.wait(timeout=60)
        with suppress(ProcessLookupError):  # as a container ends with its first process
            os.killpg(server.pid, signal.SIGKILL)
        assert ended == code


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def until(condition):
    """Wait until a condition is true -> its value."""
    deadline = time.monotonic() + SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline, "the condition did not become true in time"
        time.sleep(0.02)
    return found


def call(url, body=None, kind="application/json"):
    """Send a request -> status, content type and body; (0, "", b"") without an answer."""
    request = urllib.request.Request(url, body, {"Content-Type": kind} if body else {})
    try:
        with urllib.request.urlopen(request, timeout=40) as response:
            return response.status, response.headers["Content-Type"], response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read()
    except (urllib.error.URLError, ConnectionError):
        return 0, "", b""


def children(pid):
    """Return the ids of the running child processes of a process (Linux)."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                found.add(int(stat.parent.name))
    return found


@contextmanager
def stopped(*pids):
    """Let processes not run for the time of a `with`, so that the others have to answer."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
