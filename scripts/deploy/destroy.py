"""`make destroy`: name the deployment, lift its protection, delete everything; repeatable.

`python -m scripts.deploy.destroy [--model MODEL] [--vars FILE] [--prefix PREFIX] [--unlock ID]`
"""

import argparse
import sys
from pathlib import Path

from cli import root_modules, terraform_variables
from scripts import aws, process_lock, protection
from scripts.deploy import model_check
from scripts.deploy.command import exit_code
from scripts.deploy.runner import DeployError
from scripts.deploy.state_bucket import StateBucket
from scripts.deploy.target import Target
from scripts.deploy.workspace import Workspace

ANY_TAG = "any"  # the variable is required, and has no effect
STAYS = """
Deleted: {target}.
  The key can be restored for 7 days. The bucket {bucket} stays, with the empty state and its
  earlier versions: other deployments may use it. docs/delete.md says how to delete it, and what
  else AWS keeps.
"""


def main() -> int:
    """Destroy, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.deploy.destroy", description=__doc__)
    parser.add_argument("--vars", type=Path, help="variables besides terraform/*.tfvars")
    parser.add_argument(
        "--model", help="tabular model that was deployed, instead of the forecaster"
    )
    parser.add_argument("--prefix", help="prefix of the deployment, instead of typing it")
    parser.add_argument("--unlock", metavar="ID", help="release the lock of a killed run")
    arguments = parser.parse_args()

    def locked() -> None:
        root = root_modules.find(arguments.model)
        variables = terraform_variables.read(arguments.vars, root)
        place = (aws.account(), aws.region())
        target = Target(*place, variables, ANY_TAG, arguments.vars, root=root)
        with process_lock.hold(target.home.with_suffix(".lock"), "`make destroy`"):
            destroy(target, arguments.prefix, arguments.unlock)

    return exit_code("make destroy", locked)


def destroy(target: Target, prefix: str | None, unlock: str | None = None) -> None:
    """Delete the deployment with its data after its prefix was given; DeployError."""
    bucket, workspace = StateBucket(aws.client("s3"), target), Workspace(target)
    if not bucket.exists():
        print(f"nothing is deployed: {target} has no bucket {target.state_bucket}")
        return
    if unlock:
        workspace.unlock(unlock)
    elif lock := bucket.lock():
        raise DeployError(
            f"the state is locked: {lock}. If that run has ended, release the lock: "
            f"make destroy ARGS='--unlock {lock.split()[0]}'"
        )
    workspace.prepare()
    addresses = workspace.addresses()
    if not addresses:
        print(f"nothing is deployed: the state of {target} is empty")
        return
    model_check.check(target, workspace)
    confirm(target, prefix)
    for command, *options in protection.commands(addresses):
        workspace.change(command, *options)
    print(STAYS.format(target=target, bucket=target.state_bucket), end="")


def confirm(target: Target, given: str | None) -> None:
    """Require the prefix, given or typed; DeployError without it."""
    if given is None:
        if not sys.stdin.isatty():
            raise DeployError(
                f"this deletes {target}, with all of its data: confirm it with "
                f"PREFIX={target.prefix}; nothing was changed"
            )
        print(f"This deletes {target}, with all of its data, for good.")
        print("Type its prefix to continue: ", end="", flush=True)
        given = sys.stdin.readline().strip()
    if given != target.prefix:
        raise DeployError(f"PREFIX: got {given}, expected {target.prefix}; nothing was changed")


if __name__ == "__main__":
    sys.exit(main())
