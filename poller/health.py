"""Health of the poller, as the age of a file or as an HTTP response.

`python -m poller.health` exits with 0 if it is healthy.
"""

import sys
import time
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from common.config import SettingsError
from common.errors import bad_value
from poller.config import Settings

FAILED_POLLS = 6  # in a row that are tolerated
MIN_SECONDS = 60.0


def max_age(poll_seconds: int) -> float:
    """Return the seconds without a successful poll after which the poller is unhealthy."""
    return max(MIN_SECONDS, FAILED_POLLS * poll_seconds)


class Health:
    """Records successful polls; unhealthy until the first."""

    def __init__(self, settings: Settings) -> None:
        self._max_age = max_age(settings.poll_seconds)
        self._last = -float("inf")
        self._file = Path(settings.health_file) if settings.health_file else None
        if self._file:
            self._file.unlink(missing_ok=True)
        if settings.health_port:
            self._serve(settings.health_port)

    def beat(self) -> None:
        """Record a successful poll: read from the source and accepted by the bus."""
        self._last = time.monotonic()
        if self._file:
            self._file.touch()

    def healthy(self) -> bool:
        """Return whether the last successful poll is recent."""
        return time.monotonic() - self._last <= self._max_age

    def _serve(self, port: int) -> None:
        health = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                healthy = health.healthy()
                self.send_response(HTTPStatus.OK if healthy else HTTPStatus.SERVICE_UNAVAILABLE)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Log nothing: checks come every few seconds."""

        try:
            server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        except OSError as error:
            expected = f"a port that can be opened ({error.strerror})"
            raise SettingsError(bad_value("HEALTH_PORT", port, expected)) from error
        Thread(target=server.serve_forever, daemon=True).start()


def check(settings: Settings) -> bool:
    """Return whether the poller, which is another process, is healthy."""
    if settings.health_file:
        file = Path(settings.health_file)
        age = time.time() - file.stat().st_mtime if file.exists() else float("inf")
        return age <= max_age(settings.poll_seconds)
    if settings.health_port:
        connection = HTTPConnection("127.0.0.1", settings.health_port, timeout=3)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
    return True  # no health check is configured


if __name__ == "__main__":
    sys.exit(0 if check(Settings.from_env()) else 1)
