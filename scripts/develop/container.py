"""The processes of the forecaster image with a folder of this machine as /opt/ml."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "sagemaker_pipelines.container"]
HOST = "127.0.0.1"
START_SECONDS = 60.0


class ContainerError(RuntimeError):
    """A process of the image failed."""


def train(base: Path, hyperparameters: Mapping[str, str]) -> None:
    """Run `train`, whose output is shown; raises ContainerError with its failure reason."""
    config = base / "input" / "config"
    config.mkdir(parents=True)
    (config / "hyperparameters.json").write_text(json.dumps(dict(hyperparameters)))
    done = subprocess.run([*COMMAND, "train"], cwd=ROOT, env=_environment(base), check=False)
    if done.returncode:
        reason = base / "output" / "failure"
        raise ContainerError(reason.read_text() if reason.is_file() else "train failed")


def serve(base: Path, port: int) -> tuple["subprocess.Popen[bytes]", int]:
    """Start `serve` and wait until it answers /ping -> the process and its port.

    Raises ContainerError if it does not answer.
    """
    with socket.create_server((HOST, port)) as free:
        chosen = free.getsockname()[1]
    process = subprocess.Popen(
        [*COMMAND, "serve", "--host", HOST],
        cwd=ROOT,
        env={**_environment(base), "SAGEMAKER_BIND_TO_PORT": str(chosen)},
    )
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(requests.ConnectionError):
            if requests.get(url(chosen, "/ping"), timeout=5).ok:
                return process, chosen
        time.sleep(0.05)
    process.kill()
    raise ContainerError("serve did not answer /ping")


def invoke(port: int, body: bytes, content_type: str) -> str:
    """Return the answer to a request; raises ContainerError with the error of the model."""
    headers = {"Content-Type": content_type}
    answer = requests.post(url(port, "/invocations"), body, headers=headers, timeout=60)
    if not answer.ok:
        raise ContainerError(f"{answer.status_code}: {answer.text}")
    return answer.text


def url(port: int, route: str) -> str:
    """Return the address of a route."""
    return f"http://{HOST}:{port}{route}"


def _environment(base: Path) -> dict[str, str]:
    path = os.pathsep.join([str(ROOT), str(ROOT / "functions")])
    return {**os.environ, "PYTHONPATH": path, "SAGEMAKER_BASE_DIR": str(base)}
