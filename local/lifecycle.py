"""Start, stop and inspect the server, by the process id that it records in its home folder."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

START_SECONDS = 90
STOP_SECONDS = 10

_started: "list[subprocess.Popen[bytes]]" = []  # keeps the objects alive while they run


class LifecycleError(Exception):
    """The server could not be started or stopped; the message is for the user."""


def status(home: Path) -> dict[str, Any] | None:
    """Return the health of the running server, None if there is none or its record is stale."""
    record = _record(home)
    if record is None:
        return None
    try:
        url = f"{record['endpoint_url']}/_evergreen/health"
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - our own address
            health: dict[str, Any] = json.load(response)
    except (OSError, urllib.error.URLError, ValueError):
        return None
    if health.get("pid") != record["pid"] or health.get("home") != str(home.resolve()):
        return None
    return {**record, **health}


def up(port: int, home: Path, arguments: list[str]) -> dict[str, Any]:
    """Start the server in the background and wait until it is healthy -> its health.

    `arguments` are further options of `python -m local serve`; raises LifecycleError.
    """
    if running := status(home):
        raise LifecycleError(
            f"already running at {running['endpoint_url']} (stop it with make down)"
        )
    if (record := _record(home)) and _is_server(record["pid"]):
        raise LifecycleError(f"process {record['pid']} does not respond; run make down first")
    (home / "server.json").unlink(missing_ok=True)
    (home / "logs").mkdir(parents=True, exist_ok=True)
    log = home / "logs" / "server.log"
    common = ["--port", str(port), "--home", str(home)]
    with log.open("ab") as out:
        proc = subprocess.Popen(
            [sys.executable, "-m", "local", "serve", *common, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=Path(__file__).resolve().parent.parent,
            start_new_session=True,
        )
    _started.append(proc)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and proc.poll() is None:
        if healthy := status(home):
            return healthy
        time.sleep(0.1)
    proc.kill()
    last = log.read_text(errors="replace").strip().splitlines()[-1:]
    raise LifecycleError(f"the server did not start: {''.join(last)} (see {log})")


def down(home: Path) -> bool:
    """Stop the recorded server; return whether it was running."""
    record = _record(home)
    running = record is not None and _is_server(record["pid"])
    if record is not None and running:
        _stop(record["pid"])
    (home / "server.json").unlink(missing_ok=True)
    return running


def _stop(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if not _is_server(pid):
                _reap()
                return
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)


def _reap() -> None:
    """Reap the servers that this process started and that have ended."""
    _started[:] = [proc for proc in _started if proc.poll() is None]


def _record(home: Path) -> dict[str, Any] | None:
    try:
        record: dict[str, Any] = json.loads((home / "server.json").read_text())
    except (OSError, ValueError):
        return None
    return record


def _is_server(pid: int) -> bool:
    """Return whether the process is a local AWS server (ids are reused)."""
    listing = subprocess.run(
        ["ps", "-ww", "-o", "stat=", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return "-m local serve" in listing and not listing.startswith("Z")
