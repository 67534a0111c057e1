"""The console of `make up`: started beside the local AWS, stopped by `make down`.

`python -m scripts.console` stops those of all deployments of the local AWS.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".evergreen" / "up"
RECORD = "console.json"
START_SECONDS = 30
COMMAND = ("-m", "cli.main", "console", "--no-browser")
started: "list[subprocess.Popen[bytes]]" = []  # keeps the objects alive while they run
ADDRESS = re.compile(r"^console: (http\S+)$", re.MULTILINE)


def start(home: Path, prefix: str) -> str | None:
    """Return the address of a deployment's console, started unless it runs; None if it cannot.

    `home` has the record of the local AWS. The log and the record have the token of the address,
    so only their owner may read them.
    """
    if running := _running(home):
        return str(running["url"])
    (home / "logs").mkdir(exist_ok=True)
    log = home / "logs" / "console.log"
    log.unlink(missing_ok=True)
    with os.fdopen(os.open(log, os.O_CREAT | os.O_WRONLY, 0o600), "w") as out:
        process = subprocess.Popen(
            [sys.executable, *COMMAND, "--home", str(home), "--prefix", prefix],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=ROOT,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
    started.append(process)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if found := ADDRESS.search(log.read_text()):
            _write(home / RECORD, {"pid": process.pid, "url": found[1]})
            return found[1]
        time.sleep(0.1)
    process.kill()
    process.wait()
    last = log.read_text().strip().splitlines()[-1:]
    print(f"the console did not start: {''.join(last)} (see {log})", file=sys.stderr)
    return None


def stop(home: Path) -> None:
    """Stop the consoles of all deployments of a local AWS."""
    for record in [*home.glob(RECORD), *home.glob(f"models/*/{RECORD}")]:
        if running := _running(record.parent):
            with contextlib.suppress(ProcessLookupError):
                os.kill(running["pid"], signal.SIGTERM)
        record.unlink()


def _running(home: Path) -> dict[str, Any] | None:
    """Return the record of a console that runs (ids of processes are reused)."""
    try:
        record: dict[str, Any] = json.loads((home / RECORD).read_text())
    except (OSError, ValueError):
        return None
    listing = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(record["pid"])],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    return record if f"console --no-browser --home {home} " in listing else None


def _write(file: Path, document: dict[str, Any]) -> None:
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600), "w") as out:
        json.dump(document, out)


if __name__ == "__main__":
    stop(HOME)
