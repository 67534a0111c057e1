"""The WSGI application: GET /ping and POST /invocations, for endpoints and batch transforms."""

import json
from collections.abc import Callable, Iterable
from threading import BoundedSemaphore, Lock
from typing import Any, BinaryIO

from common.errors import bad_value
from sagemaker_pipelines.container.inference import Handler, RequestError
from sagemaker_pipelines.container.limits import MAX_BODY_BYTES, SILENCE_SECONDS

MAX_DRAINED_BYTES, CHUNK = 64 * 1024 * 1024, 1024 * 1024
# Per worker: invocations that are read or wait for the model, and threads. The other threads are
# left to respond to /ping, which SageMaker waits for 2 s.
MAX_INVOCATIONS, THREADS = 16, 24
Answer = tuple[str, str, bytes]  # status line, content type, body
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Application:
    """The WSGI application of one model."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._free = BoundedSemaphore(MAX_INVOCATIONS)
        # One at a time: threads that compute at once take the interpreter's lock from each other
        # and need up to twice the CPU time. Further cores have workers of their own.
        self._computing = Lock()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Handle one HTTP request."""
        status, kind, body = self.respond(environ)
        headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
        start_response(status, headers)
        return [body]

    def respond(self, environ: dict[str, Any]) -> Answer:
        """Return the status line, the content type and the body."""
        match environ["REQUEST_METHOD"], environ["PATH_INFO"]:
            case "GET", "/ping":
                return "200 OK", "text/plain", b""
            case "POST", "/invocations":
                return self._invoke(environ)
        return _problem("404 Not Found", "expected GET /ping or POST /invocations")

    def _invoke(self, environ: dict[str, Any]) -> Answer:
        if not self._free.acquire(blocking=False):
            return _problem("503 Service Unavailable", "too many requests at the same time")
        try:
            return self._respond(environ)
        finally:
            self._free.release()

    def _respond(self, environ: dict[str, Any]) -> Answer:
        if connection := environ.get("gunicorn.socket"):
            connection.settimeout(SILENCE_SECONDS)  # otherwise a silent client keeps its thread
        try:
            body = _body(environ["wsgi.input"])
        except OSError as error:  # a chunked body that is malformed or cut off
            return _problem("400 Bad Request", f"request: {error or type(error).__name__}")
        if body is None:
            expected = f"expected at most {MAX_BODY_BYTES}"
            return _problem("413 Content Too Large", f"request: got more bytes, {expected}")
        kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        supported = self._handler.content_types
        if kind not in supported:
            expected = " or ".join(filter(None, supported))
            message = bad_value("Content-Type", kind, expected)
            return _problem("415 Unsupported Media Type", message)
        accept = environ.get("HTTP_ACCEPT", "").partition(";")[0].strip().lower()
        try:
            with self._computing:
                return "200 OK", *self._handler.answer(body, kind, accept)
        except RequestError as error:
            return _problem("400 Bad Request", str(error))
        except ValueError as error:  # not finite, which JSON cannot hold
            return _problem("500 Internal Server Error", f"response: {error}")


def _body(stream: BinaryIO) -> bytes | None:
    """Read a body of any framing, None if it is too large.

    Most of one that is too large is read as well, because a client that is still sending would not
    read the response.
    """
    body = stream.read(MAX_BODY_BYTES + 1)
    if len(body) <= MAX_BODY_BYTES:
        return body
    for _ in range(MAX_DRAINED_BYTES // CHUNK):
        if not stream.read(CHUNK):
            break
    return None


def _problem(status: str, message: str) -> Answer:
    return status, "application/json", json.dumps({"error": message}).encode()
