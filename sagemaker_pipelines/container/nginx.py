"""`serve` with nginx in front (MODEL_SERVER_NGINX): the model server on a Unix socket.

nginx reads a request before the model server sees it, and sends the response by itself, so that
slow clients hold none of the server's threads. Both are child processes: SIGTERM lets nginx finish
its requests (SIGQUIT) and ends the server afterwards; if one ends by itself, all end with code 1.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from jinja2 import Template

from common.errors import bad_value
from sagemaker_pipelines.container.limits import (
    GRACE_SECONDS,
    INVOCATION_SECONDS,
    MAX_BODY_BYTES,
    SILENCE_SECONDS,
)

SWITCH = "MODEL_SERVER_NGINX"
PROGRAM = "nginx"
SBIN = "/usr/sbin:/usr/local/sbin"  # where packages install it, often not on the PATH
TEMPLATE = Path(__file__).with_name("nginx.conf.j2")
POLL_SECONDS = 0.05
ERRORS = {
    400: "request: expected valid HTTP",
    404: "expected GET /ping or POST /invocations",
    413: f"request: got more bytes, expected at most {MAX_BODY_BYTES}",
    414: "request: expected a shorter URL",
    502: "the model server did not respond",
    504: "the model server did not respond in time",
}
Child = subprocess.Popen[bytes]


def main(environment: Mapping[str, str], host: str) -> None:
    """Serve until SIGTERM; exits with 1 and the reason if nginx or the model server fails."""
    if (value := environment[SWITCH]) != "true":
        raise SystemExit(bad_value(SWITCH, value, "true or false"))
    path = os.pathsep.join([environment.get("PATH", ""), SBIN])
    if (program := shutil.which(PROGRAM, path=path)) is None:
        raise SystemExit(f"{SWITCH}: got true without nginx, expected it to be installed")
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with TemporaryDirectory(prefix="nginx-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's worker has a user of its own, if there is one
        port = int(environment.get("SAGEMAKER_BIND_TO_PORT", "8080"))
        (folder / "nginx.conf").write_text(configuration(folder, host, port))
        _run(program, folder, stopping)


def configuration(folder: Path, host: str, port: int) -> str:
    """Return nginx's configuration; its files are in the folder."""
    template = Template(TEMPLATE.read_text(), trim_blocks=True, keep_trailing_newline=True)
    text: str = template.render(
        errors=ERRORS,
        folder=folder,
        grace_seconds=GRACE_SECONDS,
        host=host,
        invocation_seconds=INVOCATION_SECONDS,
        max_body_bytes=MAX_BODY_BYTES,
        port=port,
        silence_seconds=SILENCE_SECONDS,
        socket=_socket(folder),
    )
    return text


def _socket(folder: Path) -> Path:
    return folder / "server.sock"


def _run(program: str, folder: Path, stopping: Event) -> None:
    """Run the model server, and nginx once the model is loaded; raises SystemExit if one ends."""
    serve = ["-m", "sagemaker_pipelines.container", "serve", "--socket", str(_socket(folder))]
    children = {"the model server": subprocess.Popen([sys.executable, *serve])}
    try:
        while not (_socket(folder).exists() or stopping.is_set()):
            _check(children)
            time.sleep(POLL_SECONDS)
        if not stopping.is_set():
            options = ["-e", "stderr", "-c", str(folder / "nginx.conf")]
            children[PROGRAM] = subprocess.Popen([program, *options])
        while not stopping.wait(POLL_SECONDS):
            _check(children)
    finally:
        if nginx := children.get(PROGRAM):
            _end(nginx, signal.SIGQUIT)
        _end(children["the model server"], signal.SIGTERM)


def _check(children: Mapping[str, Child]) -> None:
    for name, child in children.items():
        if (code := child.poll()) is not None:
            raise SystemExit(f"{name} has ended with exit code {code}")


def _end(child: Child, number: int) -> None:
    """Let a child finish its requests; kill it after the grace period."""
    child.send_signal(number)
    try:
        child.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
