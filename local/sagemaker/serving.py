"""A model that serves: its archive unpacked, its container as a process on a port of its own."""

import contextlib
import http.client
import shutil
import socket
import tarfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local import images, processes
from local.sagemaker import containers, files

START_SECONDS = 60.0
ANSWER_SECONDS = 60.0
Json = dict[str, Any]


class ServingError(Exception):
    """The container does not answer /ping; the text says what it printed last."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a container answered to an invocation."""

    status: int
    content_type: str
    body: bytes


class Serving:
    """One serving container; `invoke` may be called by several threads at once."""

    def __init__(
        self, container: Json, base: Path, log: containers.Log, variables: dict[str, str]
    ) -> None:
        """Start the container of a model and wait for its /ping; raises ServingError."""
        self.base, self._lines = base, ["the container printed nothing"]
        shutil.rmtree(base, ignore_errors=True)
        _unpack(container["ModelDataUrl"], base / "model")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        argv, _, folder = images.command(container["Image"], "serve")
        environment = containers.environment(container["Image"], "serve", base, isolated=True)
        environment |= {
            "SAGEMAKER_BIND_TO_PORT": str(self.port),
            "EVERGREEN_BIND_HOST": "127.0.0.1",
            "MODEL_SERVER_WORKERS": "1",
            **container.get("Environment", {}),
            **variables,
        }
        self._process = containers.start(argv, environment, folder)
        follow = (self._process, log, self._see)
        threading.Thread(target=containers.follow, args=follow, daemon=True).start()
        self._wait()

    def invoke(self, body: bytes, content_type: str, accept: str) -> Answer:
        """POST /invocations; raises OSError when the container does not answer."""
        headers = {"Content-Type": content_type, "Accept": accept}
        with contextlib.closing(self._connect()) as connection:
            try:
                connection.request("POST", "/invocations", body, headers)
                response = connection.getresponse()
                kind = response.getheader("Content-Type", "")
                return Answer(response.status, kind, response.read())
            except http.client.HTTPException as error:
                raise OSError(f"the container broke off: {error!r}") from error

    def close(self) -> None:
        """End the container and delete its files."""
        processes.stop(self._process)
        shutil.rmtree(self.base, ignore_errors=True)

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)

    def _see(self, line: str) -> None:
        self._lines[:] = [line]

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                with contextlib.closing(self._connect()) as connection:
                    connection.request("GET", "/ping")
                    if connection.getresponse().status == 200:
                        return
            except OSError:
                time.sleep(0.05)
        self.close()
        raise ServingError(
            "The primary container for production variant AllTraffic did not pass the ping "
            f"health check: {self._lines[0][:512]}"
        )


def _unpack(uri: str, folder: Path) -> None:
    """Bring a model's archive; raises ServingError, in AWS's words, when that is not possible."""
    try:
        files.unpack(uri, folder)
    except (ClientError, tarfile.TarError) as error:
        raise ServingError(
            f'Failed to download model data for container "container_1" from URL: "{uri}". Please '
            "ensure that there is an object located at the URL and that the role passed to "
            f"CreateModel has permissions to download the model. ({error})"
        ) from error
