"""Run the Terraform root against a local AWS, check it, or deploy it to an account.

Everything that a local run writes is below its home: the data folder, the state and the log.
`python -m scripts.terraform check|deploy|destroy-deployed` is what the Makefile calls.
"""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from local import processes
from scripts import provider
from scripts.provider import SOURCE, TerraformError

PLAIN = ["-input=false", "-no-color"]
# The caller's own account and settings have no part in a local run.
FOREIGN = ("AWS_", "TF_VAR_", "TF_WORKSPACE", "TF_DATA_DIR", "TF_CLI_ARGS_")
KEPT = ("AWS_REGION", "AWS_DEFAULT_REGION", "TF_CLI_ARGS_init")


def init(home: Path) -> None:
    """Install the provider and the modules into the home's data folder."""
    for way in provider.ways():
        if _run(home, ["init", *PLAIN, "-lockfile=readonly", *way]).returncode == 0:
            return
    raise provider.not_found(f"see {_log(home)}")


def apply(home: Path, variables: dict[str, Any]) -> None:
    """Create or change everything; raises TerraformError with Terraform's own errors."""
    _must(home, ["apply", *PLAIN, "-auto-approve", "-parallelism=30", *_given(home, variables)])


def destroy(home: Path, variables: dict[str, Any]) -> None:
    """Remove everything."""
    _must(home, ["destroy", *PLAIN, "-auto-approve", "-parallelism=30", *_given(home, variables)])


def plan_changes(home: Path, variables: dict[str, Any]) -> int:
    """Count the resources and outputs that another apply would change."""
    plan = home.resolve() / "terraform.tfplan"
    arguments = ["plan", *PLAIN, "-parallelism=30", f"-out={plan}", *_given(home, variables)]
    _must(home, arguments)
    planned = json.loads(_must(home, ["show", "-json", str(plan)]))
    changes = [change["change"]["actions"] for change in planned.get("resource_changes", [])]
    changes += [change["actions"] for change in planned.get("output_changes", {}).values()]
    return sum(actions not in (["no-op"], ["read"]) for actions in changes)


def output(home: Path) -> dict[str, Any]:
    """Return the root's outputs, by name."""
    shown = json.loads(_must(home, ["output", "-json", *_state(home)]))
    return {name: described["value"] for name, described in shown.items()}


def resources(home: Path) -> int:
    """Count the resources that the state holds; what was only looked up is none."""
    addresses = _must(home, ["state", "list", *_state(home)]).split()
    return sum("data" not in address.split("[")[0].split(".") for address in addresses)


def _given(home: Path, variables: dict[str, Any]) -> list[str]:
    file = home.resolve() / "variables.tfvars.json"
    file.write_text(json.dumps(variables, indent=1))
    return [f"-var-file={file}", *_state(home)]


def _state(home: Path) -> list[str]:
    return [f"-state={home.resolve() / 'terraform.tfstate'}"]


def _log(home: Path) -> Path:
    return home / "logs" / "terraform.log"


def _must(home: Path, arguments: list[str]) -> str:
    done = _run(home, arguments)
    if done.returncode:
        said = "\n  ".join(dict.fromkeys(_errors(done.stderr)))
        raise TerraformError(
            f"terraform {arguments[0]} failed (all of it: {_log(home)})\n  {said}"
        )
    return done.stdout


def _errors(text: str) -> list[str]:
    """Shorten Terraform's errors: each one's title and its last paragraph, in one line."""
    blocks = re.split(r"^Error: ", text, flags=re.MULTILINE)
    found = []
    for block in blocks[1:] or blocks:
        paragraphs = [" ".join(part.split()) for part in block.strip().split("\n\n")]
        last = paragraphs[-1]
        more = "" if len(paragraphs) == 1 or last.startswith(("on ", "with ")) else f": {last}"
        found.append(f"Error: {paragraphs[0]}{more}")
    return found


def _run(home: Path, arguments: list[str]) -> "subprocess.CompletedProcess[str]":
    _log(home).parent.mkdir(parents=True, exist_ok=True)
    command = [provider.terraform(), f"-chdir={SOURCE}", *arguments]
    with _log(home).open("a") as log:
        log.write(f"$ terraform {' '.join(arguments)}\n")
        proc = subprocess.Popen(
            command,
            env=_environment(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # its plug-ins end with it
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
    given = provider.environment()
    env = {k: v for k, v in given.items() if k in KEPT or not k.startswith(FOREIGN)}
    server = json.loads((home / "server.json").read_text())  # never an account by mistake
    region = env.get("AWS_REGION", "eu-west-1")
    return env | {
        "AWS_ENDPOINT_URL": str(server["endpoint_url"]),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "TF_DATA_DIR": str(home.resolve() / "terraform"),
    }


def main(command: str) -> None:
    """Run one command of the Makefile."""
    from scripts import terraform_commands  # noqa: PLC0415 - it imports this module

    try:
        terraform_commands.COMMANDS[command]()
    except TerraformError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1])
