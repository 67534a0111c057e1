"""A serving container: the unpacked model archive and a process on its own port."""

import contextlib
import http.client
import shutil
import socket
import tarfile
import threading
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from botocore.exceptions import ClientError

from local import processes, runtime
from local.containers import container, images
from local.iam import agents
from local.iam.policies import AccessDeniedError
from local.sagemaker import image_manifests, s3_files
from local.sagemaker.api import Json

START_SECONDS = 60.0
RESPONSE_SECONDS = 60.0
WORKERS = 2  # as many as the default instance types have cores


class ServingError(Exception):
    """The container cannot start or does not respond to /ping."""


@dataclass(frozen=True, slots=True)
class ContainerResponse:
    """The response of a container to an invocation."""

    status: int
    content_type: str
    body: bytes


class ServingContainer:
    """A serving container; `invoke` is thread-safe."""

    def __init__(
        self,
        model: Json,
        key: str,
        base: Path,
        log: container.Log,
        variables: dict[str, str],
        variant: str = "AllTraffic",
    ) -> None:
        """Start the container of a model and wait for its /ping; raises ServingError.

        `model` has the Image, ModelDataUrl and Environment of the container; `key` is the access
        key of a session of the model's role.
        """
        self.base, self._variant = base, variant
        self._last_line = "the container printed nothing"
        shutil.rmtree(base, ignore_errors=True)
        _pull(key, model["Image"])
        with runtime.acting(key):
            _download(model["ModelDataUrl"], base / "model")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        argv = images.program(model["Image"], "serve")
        environment = container.sagemaker_environment(base, None)
        environment |= {
            "SAGEMAKER_BIND_TO_PORT": str(self.port),
            "MODEL_SERVER_WORKERS": str(WORKERS),
            **model.get("Environment", {}),
            **variables,
        }
        self._start = partial(container.start, argv, environment)
        self._serving, self._closed = False, False
        self._process = self._start()
        self._output = threading.Thread(target=self._follow, args=(log,), daemon=True)
        self._output.start()
        self._wait()
        self._serving = True

    def invoke(self, body: bytes, content_type: str, accept: str) -> ContainerResponse:
        """POST /invocations; raises OSError if the container does not respond."""
        headers = {"Content-Type": content_type, "Accept": accept}
        with contextlib.closing(self._connect()) as connection:
            try:
                connection.request("POST", "/invocations", body, headers)
                response = connection.getresponse()
                kind = response.getheader("Content-Type", "")
                return ContainerResponse(response.status, kind, response.read())
            except http.client.HTTPException as error:
                raise OSError(f"the container closed the connection: {error!r}") from error

    def close(self) -> None:
        """Stop the container, log the rest of its output, and delete its files."""
        self._closed = True
        processes.stop(self._process)
        self._output.join()
        shutil.rmtree(self.base, ignore_errors=True)

    def crash(self) -> None:
        """Kill the process, which is started again."""
        self._process.kill()

    def _follow(self, log: container.Log) -> None:
        """Log the output; start a container that has served and ended again, as SageMaker does."""
        container.follow(self._process, log, self._record_line)
        while self._serving and not self._closed:
            self._process = self._start()
            container.follow(self._process, log, self._record_line)

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=RESPONSE_SECONDS)

    def _record_line(self, line: str) -> None:
        self._last_line = line

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
            f"The primary container for production variant {self._variant} did not pass the ping "
            f"health check: {self._last_line[:512]}"
        )


def _pull(key: str, image: str) -> None:
    """Check that the model's role may pull the image, and its manifest; raises ServingError."""
    if problem := image_manifests.problem(image):
        raise ServingError(problem)
    try:
        agents.pull_image(key, image)
    except AccessDeniedError as denied:
        raise ServingError(f"The image {image} cannot be pulled: {denied}") from None


def _download(uri: str, folder: Path) -> None:
    """Download and unpack a model archive; raises ServingError with AWS's message."""
    try:
        s3_files.unpack(uri, folder)
    except (ClientError, tarfile.TarError) as error:
        raise ServingError(
            f'Failed to download model data for container "container_1" from URL: "{uri}". Please '
            "ensure that there is an object located at the URL and that the role passed to "
            f"CreateModel has permissions to download the model. ({error})"
        ) from error
