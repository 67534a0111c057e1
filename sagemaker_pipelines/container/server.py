"""`serve`: GET /ping and POST /invocations on gunicorn, for endpoints and batch transforms.

The model is loaded before the port is opened, so /ping succeeds only with a model.
"""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.inference import (
    Configuration,
    RequestError,
    respond,
    respond_lines,
)
from sagemaker_pipelines.paths import Paths

MAX_BODY_BYTES = 6 * 1024 * 1024  # limit of a SageMaker endpoint
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Application:
    """The WSGI application of one model."""

    def __init__(self, model: Path, batch: Configuration) -> None:
        self.model = registry.load(model)
        self.batch = batch

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Handle one HTTP request."""
        status, kind, body = self.respond(environ)
        headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
        start_response(status, headers)
        return [body]

    def respond(self, environ: dict[str, Any]) -> tuple[str, str, bytes]:
        """Return the status line, the content type and the body."""
        match environ["REQUEST_METHOD"], environ["PATH_INFO"]:
            case "GET", "/ping":
                return "200 OK", "text/plain", b""
            case "POST", "/invocations":
                return self._invoke(environ)
        return _problem("404 Not Found", "expected GET /ping or POST /invocations")

    def _invoke(self, environ: dict[str, Any]) -> tuple[str, str, bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > MAX_BODY_BYTES:
            # Read it anyway, because a client that is still sending would not read the response.
            while environ["wsgi.input"].read(MAX_BODY_BYTES):
                pass
            return _problem(
                "413 Content Too Large",
                f"request: got {length} bytes, expected at most {MAX_BODY_BYTES}",
            )
        body = environ["wsgi.input"].read(length)
        kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        try:
            if kind in ("application/jsonlines", "application/x-jsonlines"):
                lines = respond_lines(self.model, body, self.batch)
                return "200 OK", "application/jsonlines", lines.encode()
            if kind in ("application/json", ""):
                text = json.dumps(respond(self.model, body))
                return "200 OK", "application/json", text.encode()
        except RequestError as error:
            return _problem("400 Bad Request", str(error))
        supported = "application/json or application/jsonlines"
        return _problem(
            "415 Unsupported Media Type", f"Content-Type: got {kind}, expected {supported}"
        )


def _problem(status: str, message: str) -> tuple[str, str, bytes]:
    return status, "application/json", json.dumps({"error": message}).encode()


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured in code instead of on its command line."""

    def __init__(self, application: Application, options: dict[str, Any]) -> None:
        self.application, self.options = application, options
        super().__init__()

    def load_config(self) -> None:
        """Apply the options."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Application:
        """Return the application; the workers inherit the loaded model."""
        return self.application


def main(paths: Paths, host: str) -> None:
    """Load the model and serve it until SIGTERM."""
    text = os.environ.get("DEEPAR_INFERENCE_CONFIG", "{}")
    try:
        batch = Configuration.parse(json.loads(text))
    except ValueError as error:
        raise SystemExit(f"DEEPAR_INFERENCE_CONFIG: {error}") from error
    port = os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080")
    options = {
        "bind": f"{host}:{port}",
        "workers": int(os.environ.get("MODEL_SERVER_WORKERS") or os.cpu_count() or 1),
        "worker_class": "gthread",
        "threads": 4,  # to respond to /ping while forecasts are computed
        "preload_app": True,
        "timeout": 60,  # timeout of an invocation in SageMaker
        "graceful_timeout": 25,  # SageMaker sends SIGKILL 30 s after SIGTERM
        "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,  # noqa: S108
        "control_socket_disable": True,
    }
    Server(Application(paths.model, batch), options).run()
