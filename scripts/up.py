"""`make up`: start a local AWS with real time, apply everything and leave it running.

After `make down KEEP=1`, a killed server or a reboot it continues with the kept data.

`python -m scripts.up [--model MODEL] [--port PORT] [--vars FILE] [--tracking URI]`
"""

import argparse
import json
import shutil
import socket
import sys
from pathlib import Path

from cli import root_modules
from cli.errors import CommandError
from local import lifecycle
from scripts import catch_up, console, local_deployments, package, process_lock
from scripts.interrupts import Interrupted, Interrupts
from scripts.local_deployments import LocalDeployment
from scripts.provider import TerraformError

HOME = Path(__file__).resolve().parent.parent / ".evergreen" / "up"
PORT = 4566
PORTS = range(PORT, PORT + 50)
EXPECTED = (CommandError, lifecycle.LifecycleError, process_lock.LockedError, TerraformError)


def main() -> int:
    """Start local AWS and console unless they are running, apply, and print what to do next."""
    parser = argparse.ArgumentParser(prog="python -m scripts.up", description=__doc__)
    parser.add_argument("--model", help="tabular model to apply, instead of the forecaster")
    parser.add_argument("--port", type=_port, help=f"default: {PORT}, or the next free one")
    parser.add_argument("--vars", type=Path, help="Terraform variables of your own (.tfvars)")
    parser.add_argument("--tracking", help="MLflow server that trainings are logged to")
    arguments = parser.parse_args()
    interrupts = Interrupts()
    try:
        with process_lock.hold(HOME.with_suffix(".lock"), "`make up`"):
            deployment = LocalDeployment(HOME, root_modules.find(arguments.model))
            _up(interrupts, arguments.port, deployment, arguments.vars, arguments.tracking)
    except Interrupted as interrupted:
        return interrupted.exit_code
    except EXPECTED as error:
        print(f"make up: {error}", file=sys.stderr)
        return 1
    return 0


def _up(
    interrupts: Interrupts,
    port: int | None,
    deployment: LocalDeployment,
    file: Path | None,
    tracking: str | None,
) -> None:
    running = lifecycle.status(HOME)
    if running and port not in {None, running["port"]}:
        raise lifecycle.LifecycleError(
            f"PORT: got {port}, but the local AWS is running on {running['port']}: run `make down`"
        )
    continued = running is None and _kept().is_file()
    try:
        if running is None:
            free = _free_port(_port_of_kept(port) if continued else port)
            if not continued and local_deployments.discard_states(HOME):
                print("the previous local AWS saved no data: its models and data are gone")
            with interrupts.deferred():  # the detached server would outlive an interrupt
                health = lifecycle.up(free, HOME, ["--clock", "real", "--persistent"])
            if continued:
                print("continuing with the data of the previous local AWS", flush=True)
        else:
            health = running
        _remember(health["port"])
        print(f"local AWS: {health['endpoint_url']} (process {health['pid']})", flush=True)
        package.main()
        following = deployment.apply(file, tracking)
        prefix = deployment.prefix
        if url := console.start(deployment.folder, prefix):
            print(f"the loop as a page in the browser: {url}", flush=True)
        if deployment.simulates:
            catch_up.wait(health["endpoint_url"], prefix)
        print(following)
    except Interrupted:
        if running is None:
            lifecycle.down(HOME)
            if not continued:  # Terraform's state and that of the server may differ
                local_deployments.discard_states(HOME)
                shutil.rmtree(_kept().parent, ignore_errors=True)
            state = "stopped"
        else:
            state = "still running, perhaps with only a part of the changes: run `make up` again"
        print(f"\nmake up: interrupted; the local AWS is {state}", file=sys.stderr)
        raise


def _remember(port: int) -> None:
    """Store the port, which the URLs in kept data have."""
    record = HOME / "settings.json"
    stored = json.loads(record.read_text()) if record.is_file() else {}
    record.write_text(json.dumps(stored | {"port": port}))


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
