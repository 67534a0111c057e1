"""Whether the poller polls: a file's age or an HTTP answer.

`python -m poller.health` exits with 0 if it does.
"""

import os
import sys
import time
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from poller.given import SettingsError
from poller.settings import Settings

INTERVALS = 6  # polls that may fail in a row
LEAST_SECONDS = 60.0


def patience(poll_seconds: int) -> float:
    """Seconds without a successful poll after which the poller is unhealthy."""
    return max(LEAST_SECONDS, INTERVALS * poll_seconds)


class Health:
    """Told of every successful poll; unhealthy until the first."""

    def __init__(self, settings: Settings) -> None:
        self._patience = patience(settings.poll_seconds)
        self._last = -float("inf")
        self._file = Path(settings.health_file) if settings.health_file else None
        if self._file:
            self._file.unlink(missing_ok=True)
        if settings.health_port:
            self._serve(settings.health_port)

    def beat(self) -> None:
        """Note a successful poll: read, and taken by the bus."""
        self._last = time.monotonic()
        if self._file:
            self._file.touch()

    def healthy(self) -> bool:
        """Tell whether the last successful poll is recent."""
        return time.monotonic() - self._last <= self._patience

    def _serve(self, port: int) -> None:
        health = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                healthy = health.healthy()
                self.send_response(HTTPStatus.OK if healthy else HTTPStatus.SERVICE_UNAVAILABLE)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Stay silent: checks come every few seconds."""

        try:
            server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        except OSError as error:
            reason = f"HEALTH_PORT {port} cannot be used: {error.strerror}"
            raise SettingsError(reason) from error
        Thread(target=server.serve_forever, daemon=True).start()


def check(settings: Settings) -> bool:
    """Ask, from another process, whether the poller is healthy."""
    if settings.health_file:
        file = Path(settings.health_file)
        age = time.time() - file.stat().st_mtime if file.exists() else float("inf")
        return age <= patience(settings.poll_seconds)
    if settings.health_port:
        connection = HTTPConnection("127.0.0.1", settings.health_port, timeout=3)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
    return True  # nobody asked for a health check


if __name__ == "__main__":
    sys.exit(0 if check(Settings.from_env(os.environ)) else 1)
