"""`make up`: start a local AWS with real time, apply everything and leave it running.

After `make down KEEP=1`, a killed server or a reboot it continues with the kept data.

`python -m scripts.up [--port PORT] [--vars FILE] [--tracking URI]`
"""

import argparse
import json
import shutil
import socket
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from local import lifecycle
from scripts import local_terraform, package, process_lock
from scripts.interrupts import Interrupted, Interrupts
from scripts.provider import TerraformError

HOME = Path(__file__).resolve().parent.parent / ".evergreen" / "up"
PORT = 4566
PORTS = range(PORT, PORT + 50)
HISTORY = timedelta(hours=14)  # of the simulated stream, enough for a first model
CATCH_UP = f"""
The poller first catches up on {HISTORY / timedelta(hours=1):g} hours of the simulated stream; that
takes a minute or two."""
NEXT = """
Next:
  .venv/bin/evergreen status                          all stages and pending approvals
  .venv/bin/evergreen retrain --reason "first model"  then approve, for staging and production
  .venv/bin/evergreen history                         models, retrainings and alarms
  eval "$(.venv/bin/evergreen env)"                   set up this shell for the local AWS
  make down                                           stop it and delete its data
  make down KEEP=1                                    stop it; the next make up continues
"""


def main() -> int:
    """Start the local AWS unless it is running, apply, and print what to do next."""
    parser = argparse.ArgumentParser(prog="python -m scripts.up", description=__doc__)
    parser.add_argument("--port", type=_port, help=f"default: {PORT}, or the next free one")
    parser.add_argument("--vars", type=Path, help="Terraform variables of your own (.tfvars)")
    parser.add_argument("--tracking", help="MLflow server that trainings are logged to")
    arguments = parser.parse_args()
    interrupts = Interrupts()
    try:
        with process_lock.hold(HOME.with_suffix(".lock"), "`make up`"):
            _up(interrupts, arguments.port, arguments.vars, arguments.tracking)
    except Interrupted as interrupted:
        return interrupted.exit_code
    except (lifecycle.LifecycleError, process_lock.LockedError, TerraformError) as error:
        print(f"make up: {error}", file=sys.stderr)
        return 1
    return 0


def _up(interrupts: Interrupts, port: int | None, file: Path | None, tracking: str | None) -> None:
    running = lifecycle.status(HOME)
    if running and port not in {None, running["port"]}:
        raise lifecycle.LifecycleError(
            f"PORT: got {port}, but the local AWS is running on {running['port']}: run `make down`"
        )
    continued = running is None and _kept().is_file()
    try:
        if running is None:
            free = _free_port(_port_of_kept(port) if continued else port)
            if not continued:
                _discard_leftovers()
            with interrupts.deferred():  # the detached server would outlive an interrupt
                health = lifecycle.up(free, HOME, ["--clock", "real", "--persistent"])
            if continued:
                print("continuing with the data of the previous local AWS", flush=True)
        else:
            health = running
        _apply(health, file, tracking)
    except Interrupted:
        if running is None:
            lifecycle.down(HOME)
            if not continued:  # Terraform's state and that of the server may differ
                (HOME / "terraform.tfstate").unlink(missing_ok=True)
                shutil.rmtree(_kept().parent, ignore_errors=True)
            state = "stopped"
        else:
            state = "still running, perhaps with only a part of the changes: run `make up` again"
        print(f"\nmake up: interrupted; the local AWS is {state}", file=sys.stderr)
        raise


def _apply(health: dict[str, Any], file: Path | None, tracking: str | None) -> None:
    print(f"local AWS: {health['endpoint_url']} (process {health['pid']})", flush=True)
    settings = _settings(file, health["port"], tracking)
    file = Path(settings["vars"]) if settings["vars"] else None
    if file is not None:
        print(f"variables: {file} (until `make down`)", flush=True)
        if not file.is_file():
            raise TerraformError(f"VARS: got {file}, expected a file of Terraform variables")
    package.main()
    print("terraform apply: everything in terraform/ (about a minute)", flush=True)
    local_terraform.init(HOME)
    simulator = {"source": "simulator", "simulator": {"start": settings["start"]}}
    variables: dict[str, Any] = {"prefix": "evergreen", "image_tag": "local", "poller": simulator}
    variables |= {"deletion_protection": False, "tracking": {"uri": settings["tracking"]}}
    local_terraform.apply(HOME, variables, file)
    print(f"ready: {local_terraform.resources(HOME)} resources, logs in {HOME}/logs")
    print(f"{'' if file else CATCH_UP}{NEXT}")


def _settings(file: Path | None, port: int, tracking: str | None) -> dict[str, Any]:
    """Return and store port, start of the stream, the user's variables and MLflow server.

    A repeated `make up` uses the stored ones, because another start would replace the poller.
    """
    record = HOME / "settings.json"
    stored = json.loads(record.read_text()) if record.is_file() else {}
    start = f"{datetime.now(UTC) - HISTORY:%Y-%m-%dT%H:00:00Z}"
    settings = {"start": start, "vars": None, "tracking": None} | stored | {"port": port}
    settings["tracking"] = tracking or settings["tracking"]
    if file is not None and settings["vars"] != str(file.resolve()):
        settings["vars"] = str(file.resolve())
        if stored:
            print("rows of the previous stream are kept; to start without them: make down")
    record.write_text(json.dumps(settings))
    return settings


def _discard_leftovers() -> None:
    """Discard the state of a server that saved nothing; keep the user's settings."""
    state, record = HOME / "terraform.tfstate", HOME / "settings.json"
    if state.is_file():
        print("the previous local AWS saved no data: its models and data are gone")
        state.unlink()
    if record.is_file():
        stored = json.loads(record.read_text())
        record.write_text(json.dumps({name: stored.get(name) for name in ("vars", "tracking")}))


def _kept() -> Path:
    return HOME / "state" / "snapshot"


def _port_of_kept(port: int | None) -> int | None:
    """Return the port of the kept data, which has URLs with it; LifecycleError for another one."""
    record = HOME / "settings.json"
    kept: int | None = json.loads(record.read_text()).get("port") if record.is_file() else port
    if port not in {None, kept}:
        raise lifecycle.LifecycleError(
            f"PORT: got {port}, but the kept data is that of port {kept}: run `make up` without "
            "PORT, or `make down` to delete the data"
        )
    return kept


def _free_port(port: int | None) -> int:
    """Return `port` if it is free, by default the first free port from 4566; LifecycleError."""
    for candidate in PORTS if port is None else [port]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError as error:
                if port is not None:
                    raise lifecycle.LifecycleError(
                        f"PORT: got {port}: {error.strerror}"
                    ) from error
                continue
        if port is None and candidate != PORT:
            print(f"port {PORT} is in use: taking {candidate}")
        return candidate
    raise lifecycle.LifecycleError(f"no free port from {PORTS[0]} to {PORTS[-1]}")


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise argparse.ArgumentTypeError(f"got {text}, expected a number from 1 to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
