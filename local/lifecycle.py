"""Start the server detached, find out whether it runs, end it: by its recorded process id."""

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

_started: "list[subprocess.Popen[bytes]]" = []  # only that none is collected while it runs


class LifecycleError(Exception):
    """The server could not be started or ended; the text is for the user."""


def status(home: Path) -> dict[str, Any] | None:
    """Return the running server's health, None when there is none (a stale record included)."""
    record = _record(home)
    if record is None:
        return None
    try:
        url = f"{record['endpoint_url']}/_evergreen/health"
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
            health: dict[str, Any] = json.load(answer)
    except (OSError, urllib.error.URLError, ValueError):
        return None
    if health.get("pid") != record["pid"] or health.get("home") != str(home.resolve()):
        return None
    return {**record, **health}


def up(port: int, home: Path, arguments: list[str]) -> dict[str, Any]:
    """Start the server detached and wait until it is healthy -> its health."""
    if running := status(home):
        raise LifecycleError(f"already running at {running['endpoint_url']} (make down ends it)")
    if (record := _record(home)) and _is_ours(record["pid"]):
        raise LifecycleError(f"process {record['pid']} runs but does not answer: make down first")
    (home / "server.json").unlink(missing_ok=True)
    (home / "logs").mkdir(parents=True, exist_ok=True)
    log = home / "logs" / "server.log"
    place = ["--port", str(port), "--home", str(home)]
    with log.open("ab") as out:
        proc = subprocess.Popen(
            [sys.executable, "-m", "local", "serve", *place, *arguments],
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
    """End the recorded server, if it runs and is ours -> whether there was one."""
    record = _record(home)
    ours = record is not None and _is_ours(record["pid"])
    if record is not None and ours:
        _end(record["pid"])
    (home / "server.json").unlink(missing_ok=True)
    return ours


def _end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if not _is_ours(pid):
                _collect()
                return
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)


def _collect() -> None:
    """Take leave of the servers that have ended and were started by this very process."""
    _started[:] = [proc for proc in _started if proc.poll() is None]


def _record(home: Path) -> dict[str, Any] | None:
    try:
        record: dict[str, Any] = json.loads((home / "server.json").read_text())
    except (OSError, ValueError):
        return None
    return record


def _is_ours(pid: int) -> bool:
    """Whether the process of this id is a server of ours (ids are used again)."""
    shown = subprocess.run(
        ["ps", "-o", "stat=", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return "-m local serve" in shown and not shown.startswith("Z")
