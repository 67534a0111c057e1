"""Load on a server: latencies seen by clients, and the CPU time of its processes from /proc."""

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

from benchmarks.measure import ROOT

HOST, START_SECONDS = "127.0.0.1", 60.0


def free_port() -> int:
    """Return a port that nothing uses."""
    with socket.create_server((HOST, 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def running(command: Sequence[str], port: int, more: Mapping[str, str]) -> Iterator[int]:
    """Run a server until it answers /ping; yield its process id, and end it."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "functions")])
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1", **more},
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(process, port)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection(HOST, port, timeout=5)
            connection.request("GET", "/ping")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server on port {port} does not answer")


def latencies(port: int, body: bytes, concurrency: int, requests: int) -> list[float]:
    """Return the sorted seconds of requests over some connections at once; all must succeed."""

    def client(count: int) -> list[float]:
        # One connection, opened again where the server closes it, as gunicorn's sync worker does.
        connection = http.client.HTTPConnection(HOST, port, timeout=60)
        with closing(connection):
            return [_post(connection, body) for _ in range(count)]

    with ThreadPoolExecutor(concurrency) as pool:
        shares = [requests // concurrency] * concurrency
        return sorted(seconds for part in pool.map(client, shares) for seconds in part)


def _post(connection: http.client.HTTPConnection, body: bytes) -> float:
    begin = time.perf_counter()
    connection.request("POST", "/invocations", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    content = response.read()
    if response.status != http.client.OK:
        raise RuntimeError(f"status {response.status}: {content!r}")
    return time.perf_counter() - begin
