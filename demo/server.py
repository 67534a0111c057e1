"""The demo's own local AWS: starts, is asked for its time, and ends with the demo."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

START_SECONDS = 90
ROOT = Path(__file__).resolve().parent.parent


class ServerError(Exception):
    """The local AWS did not start or has ended; the text is for the user."""


class Server:
    """`python -m local serve` on a free port with a virtual clock; dies with this process."""

    def __init__(self, home: Path, start: str) -> None:
        self.home = home
        self.log = home / "logs" / "server.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        place = ["--port", "0", "--home", str(home)]
        clock = ["--clock", "virtual", "--start", start, "--die-with-parent"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "local", "serve", *place, *clock],
                stdin=subprocess.PIPE,  # its end is this process's end
                stdout=log,
                stderr=log,
                cwd=ROOT,
                start_new_session=True,  # an interrupt is the demo's to handle
            )
        try:
            self.url = self._wait()
        except BaseException:
            self.stop()
            raise

    def alive(self) -> bool:
        """Whether the server's process still runs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End the server; it ends its children."""
        if self.alive():
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()

    def clock(self, **change: str | None) -> dict[str, Any]:
        """Return the clock's state, after a change (`advance_to`, `stop_at`) if one is given."""
        return self._ask("clock", change or None)

    def settle(self) -> dict[str, Any]:
        """Wait until every consequence of what has happened so far is done."""
        return self._ask("settle", {})

    def client(self, service: str) -> Any:
        """Return a boto3 client to this server."""
        return _client(service, self.url)

    def _wait(self) -> str:
        record = self.home / "server.json"
        deadline = time.monotonic() + START_SECONDS
        while self.alive() and time.monotonic() < deadline:
            if record.is_file() and (text := record.read_text()):
                self.url = str(json.loads(text)["endpoint_url"])
                try:
                    self._ask("health", None)
                except OSError:
                    pass
                else:
                    return self.url
            time.sleep(0.1)
        raise ServerError(f"the local AWS did not start: see {self.log}")

    def _ask(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_evergreen/{path}", data)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=1200) as answer:  # noqa: S310
                answered: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace")
            raise ServerError(f"the local AWS refused {path}: {said}") from error
        return answered


@cache
def _client(service: str, url: str) -> Any:
    make: Any = boto3.client
    return make(
        service,
        endpoint_url=url,
        region_name=os.environ.get("AWS_REGION", "eu-west-1"),
        aws_access_key_id="demo",
        aws_secret_access_key="demo",  # noqa: S106 - nobody checks it
        config=Config(
            read_timeout=900, retries={"total_max_attempts": 3}, s3={"addressing_style": "path"}
        ),
    )
