"""The Lambda Runtime API (2018-06-01) of one sandbox: one socket, one client, one connection."""

import contextlib
import queue
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler
from typing import Any


class RuntimeApi:
    """Sends events to the runtime of one sandbox and receives its results."""

    def __init__(self, function_arn: str, timeout_seconds: int) -> None:
        self.function_arn, self.timeout_seconds = function_arn, timeout_seconds
        self.ready = threading.Event()
        self.events: queue.SimpleQueue[tuple[str, bytes] | None] = queue.SimpleQueue()
        self.results: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
        self.init_error = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """End the serving thread."""
        self.events.put(None)
        with contextlib.suppress(OSError):
            socket.create_connection(self._listener.getsockname()).close()

    def take(self, kind: str, body: bytes) -> None:
        """Store a posted `response`, `error` or `init` error."""
        if kind == "init":
            self.init_error = body
        else:
            self.results.put((kind, body))

    def _serve(self) -> None:
        with self._listener, contextlib.suppress(OSError):
            connection, address = self._listener.accept()
            self._listener.close()
            with connection:
                handler: Any = _Handler
                handler(connection, address, self)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: RuntimeApi  # type: ignore[assignment]

    def do_GET(self) -> None:
        """Serve `/runtime/invocation/next`: wait for an event."""
        self.server.ready.set()
        item = self.server.events.get()
        if item is None:
            self.close_connection = True
            return
        deadline = int((time.time() + self.server.timeout_seconds) * 1000)
        headers = {
            "Lambda-Runtime-Aws-Request-Id": item[0],
            "Lambda-Runtime-Deadline-Ms": str(deadline),
            "Lambda-Runtime-Invoked-Function-Arn": self.server.function_arn,
        }
        self._reply(200, item[1], headers)

    def do_POST(self) -> None:
        """Serve `/invocation/<id>/response`, `/invocation/<id>/error` and `/init/error`."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        *_, before, last = self.path.split("/")
        self._reply(202, b'{"status":"OK"}', {})
        self.server.take("init" if before == "init" else last, body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - overrides
        """Print nothing."""

    def _reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
