"""The demo's local AWS, on a free port and with a virtual clock; it ends with the demo."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

START_SECONDS = 90
ROOT = Path(__file__).resolve().parent.parent


class ServerError(Exception):
    """The local AWS did not start or has ended; the message is for the user."""


class Server:
    """A child process that ends with this process, even if that is killed."""

    def __init__(self, home: Path, start: str, restored_port: int | None = None) -> None:
        """Start it; with the state saved in `home` if the port of that is given."""
        self.home = home
        self.log = home / "logs" / "server.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        place = ["--port", str(restored_port or 0), "--home", str(home)]
        place += ["--restored"] if restored_port else []
        clock = ["--clock", "virtual", "--start", start, "--die-with-parent"]
        # Elsewhere, libraries may not survive a fork.
        clock += ["--preload"] if sys.platform == "linux" else []
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "local", "serve", *place, *clock],
                stdin=subprocess.PIPE,  # closed when this process ends
                stdout=log,
                stderr=log,
                cwd=ROOT,
                start_new_session=True,  # Ctrl-C goes to the demo only
            )
        try:
            self.url = self._wait()
        except BaseException:
            self.stop()
            raise

    @property
    def port(self) -> int:
        """Return the port of its URL."""
        return int(self.url.rpartition(":")[2])

    def alive(self) -> bool:
        """Return whether the server's process is running."""
        return self._process.poll() is None

    def stop(self) -> None:
        """Stop the server, which stops its children."""
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
        """Change the clock (`advance_to`, `stop_at`) if there are changes; return its state."""
        return self._request("clock", change or None)

    def settle(self) -> dict[str, Any]:
        """Wait until no work is in flight."""
        return self._request("settle", {})

    def save(self) -> None:
        """Save the state in the home."""
        self._request("save", {})

    def inject(self, faults: list[dict[str, Any]]) -> None:
        """Replace the faults of the next requests."""
        self._request("faults", {"faults": faults})

    def pending_faults(self) -> list[dict[str, Any]]:
        """Return the faults; `times` is the number of requests that each still applies to."""
        found: list[dict[str, Any]] = self._request("faults", None)["faults"]
        return found

    def permissions(self) -> dict[str, Any]:
        """Return the calls that IAM allowed and denied, and the grants that were not used."""
        return self._request("iam", None)

    def _wait(self) -> str:
        record = self.home / "server.json"
        deadline = time.monotonic() + START_SECONDS
        while self.alive() and time.monotonic() < deadline:
            if record.is_file() and (text := record.read_text()):
                self.url = str(json.loads(text)["endpoint_url"])
                try:
                    self._request("health", None)
                except OSError:
                    pass
                else:
                    return self.url
            time.sleep(0.1)
        raise ServerError(f"the local AWS did not start: see {self.log}")

    def _request(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_evergreen/{path}", data)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=1200) as response:  # noqa: S310
                content: dict[str, Any] = json.load(response)
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            raise ServerError(f"the local AWS rejected {path}: {text}") from error
        return content
