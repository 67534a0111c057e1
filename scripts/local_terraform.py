"""Run a Terraform root module against a local AWS.

All files of a run are in the home of the local AWS: data folder, state, log, sockets.
"""

import json
import os
import re
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from local import processes
from scripts import provider
from scripts.provider import SOURCE, TerraformError

PLAIN = ["-input=false", "-no-color"]
# The provider waits 5 s for a function and 25 s for a queue, of which there are about thirty.
PARALLELISM = "-parallelism=100"
CHANGE = [*PLAIN, "-auto-approve", PARALLELISM]
# A local run ignores the account and settings of the shell.
IGNORED = ("AWS_", "TF_VAR_", "TF_WORKSPACE", "TF_DATA_DIR", "TF_CLI_ARGS_")
INHERITED = ("AWS_REGION", "AWS_DEFAULT_REGION", "TF_CLI_ARGS_init")
# Terraform spends half of its CPU time on collecting garbage; memory it has enough for less.
GARBAGE = {"GOGC": "400", "GOMEMLIMIT": "1GiB"}
HAS_CHANGES = 2  # exit code of a plan that is not empty (-detailed-exitcode)
MAX_SOCKET_FOLDER = 80  # characters; a socket's path has at most 104


def init(home: Path, root: Path = SOURCE) -> None:
    """Install the provider and the modules into the home's data folder."""
    for options in provider.init_options():
        arguments = ["init", *PLAIN, "-lockfile=readonly", *options]
        if _run(home, arguments, root).returncode == 0:
            return
    raise provider.not_found(f"see {_log(home)}")


def apply(
    home: Path,
    variables: dict[str, Any],
    file: Path | None = None,
    options: Sequence[str] = (),
    root: Path = SOURCE,
) -> None:
    """Create or change everything; the file's variables override the others.

    Raises TerraformError with Terraform's own errors.
    """
    _checked(home, ["apply", *CHANGE, *_options(home, variables, file), *options], root)


def destroy(home: Path, variables: dict[str, Any], root: Path = SOURCE) -> None:
    """Remove everything."""
    _checked(home, ["destroy", *CHANGE, *_options(home, variables)], root)


def plan(
    home: Path, variables: dict[str, Any], options: Sequence[str] = (), root: Path = SOURCE
) -> dict[str, Any] | None:
    """Return the plan of another apply, as `terraform show -json` has it; None if it is empty."""
    file = home.resolve() / "terraform.tfplan"
    arguments = [*PLAIN, PARALLELISM, "-detailed-exitcode", f"-out={file}"]
    arguments += [*_options(home, variables), *options]
    done = _run(home, ["plan", *arguments], root)
    if done.returncode == 0:
        return None
    if done.returncode != HAS_CHANGES:
        raise _failed(home, "plan", done.stderr)
    planned: dict[str, Any] = json.loads(_checked(home, ["show", "-json", str(file)], root))
    return planned


def plan_changes(home: Path, variables: dict[str, Any], root: Path = SOURCE) -> int:
    """Return the number of resources and outputs that another apply would change."""
    planned = plan(home, variables, root=root) or {}
    changes = [change["change"]["actions"] for change in planned.get("resource_changes", [])]
    changes += [change["actions"] for change in planned.get("output_changes", {}).values()]
    return sum(actions not in (["no-op"], ["read"]) for actions in changes)


def output(home: Path, root: Path = SOURCE) -> dict[str, Any]:
    """Return the root's outputs, by name."""
    shown = json.loads(_checked(home, ["output", "-json", *_state(home)], root))
    return {name: described["value"] for name, described in shown.items()}


def resources(home: Path, root: Path = SOURCE) -> int:
    """Return the number of resources in the state, without data sources."""
    addresses = _checked(home, ["state", "list", *_state(home)], root).split()
    return sum("data" not in address.split("[")[0].split(".") for address in addresses)


def _options(home: Path, variables: dict[str, Any], file: Path | None = None) -> list[str]:
    defaults = home.resolve() / "variables.tfvars.json"
    defaults.write_text(json.dumps(variables, indent=1))
    files = [defaults] if file is None else [defaults, file.resolve()]
    return [*[f"-var-file={path}" for path in files], *_state(home)]


def _state(home: Path) -> list[str]:
    return [f"-state={home.resolve() / 'terraform.tfstate'}"]


def _log(home: Path) -> Path:
    return home / "logs" / "terraform.log"


def _checked(home: Path, arguments: list[str], root: Path = SOURCE) -> str:
    done = _run(home, arguments, root)
    if done.returncode:
        raise _failed(home, arguments[0], done.stderr)
    return done.stdout


def _failed(home: Path, command: str, errors: str) -> TerraformError:
    lines = "\n  ".join(dict.fromkeys(_errors(errors)))
    return TerraformError(f"terraform {command} failed (log: {_log(home)})\n  {lines}")


def _errors(text: str) -> list[str]:
    """Return each of Terraform's errors as one line: title and last paragraph."""
    blocks = re.split(r"^Error: ", text, flags=re.MULTILINE)
    found = []
    for block in blocks[1:] or blocks:
        paragraphs = [" ".join(part.split()) for part in block.strip().split("\n\n")]
        last = paragraphs[-1]
        more = "" if len(paragraphs) == 1 or last.startswith(("on ", "with ")) else f": {last}"
        found.append(f"Error: {paragraphs[0]}{more}")
    return found


def _run(home: Path, arguments: list[str], root: Path) -> "subprocess.CompletedProcess[str]":
    _log(home).parent.mkdir(parents=True, exist_ok=True)
    command = [provider.terraform(), f"-chdir={root}", *arguments]
    with _log(home).open("a") as log:
        log.write(f"$ terraform {' '.join(arguments)}\n")
        proc = subprocess.Popen(
            command,
            env=_environment(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a process group, to kill Terraform with its plug-ins
        )
        processes.adopt(proc)
        try:
            out, err = proc.communicate()
        except BaseException:
            os.killpg(proc.pid, signal.SIGKILL)
            proc.wait()
            raise
        log.write(out if "-json" not in arguments else "")
        log.write(err)
    return subprocess.CompletedProcess(command, proc.returncode, out, err)


def _environment(home: Path) -> dict[str, str]:
    env = {
        name: value
        for name, value in provider.environment().items()
        if name in INHERITED or not name.startswith(IGNORED)
    }
    server = json.loads((home / "server.json").read_text())  # never an AWS account by mistake
    region = server["region"]
    sockets = home.resolve() / "tmp"
    if len(str(sockets)) <= MAX_SOCKET_FOLDER:  # else a killed run leaves sockets in /tmp
        sockets.mkdir(exist_ok=True)
        env["TMPDIR"] = str(sockets)
    return (
        GARBAGE
        | env
        | {
            "AWS_ENDPOINT_URL": str(server["endpoint_url"]),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_MAX_ATTEMPTS": "3",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "TF_DATA_DIR": str(home.resolve() / "terraform"),
        }
    )
