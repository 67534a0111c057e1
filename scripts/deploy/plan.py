"""`make plan`: what `make deploy` would change, without the right to change anything.

`python -m scripts.deploy.plan [--model MODEL] [--vars FILE] [--output FOLDER]`

The folder receives `comment.md`, for a pull request, and `fingerprint`, with which
`make deploy ARGS='--expect FINGERPRINT'` applies this plan and no other.
"""

import argparse
import sys
from pathlib import Path

from scripts import aws
from scripts.deploy import model_check
from scripts.deploy.__main__ import find_target
from scripts.deploy.command import exit_code
from scripts.deploy.plan_comment import comment
from scripts.deploy.runner import DeployError
from scripts.deploy.state_bucket import StateBucket
from scripts.deploy.target import Target
from scripts.deploy.workspace import Workspace


def main() -> int:
    """Plan, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.deploy.plan", description=__doc__)
    parser.add_argument("--model", help="tabular model to plan, instead of the forecaster")
    parser.add_argument("--vars", type=Path, help="variables besides those of the root module")
    parser.add_argument("--output", type=Path, help="folder for comment.md and fingerprint")
    arguments = parser.parse_args()

    def run() -> None:
        plan(find_target(arguments.vars, arguments.model), arguments.output)

    return exit_code("make plan", run)


def plan(target: Target, output: Path | None = None) -> str:
    """Show the plan, write its files, and return its fingerprint; DeployError."""
    if not StateBucket(aws.client("s3"), target).exists():
        raise DeployError(
            f"{target} has no bucket {target.state_bucket}: the first `make deploy` creates it"
        )
    workspace = Workspace(target)
    workspace.prepare()
    model_check.check(target, workspace)
    changes = workspace.plan(lock=False)  # who may only read cannot lock
    fingerprint = workspace.fingerprint()
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        text = comment(str(target), changes, workspace.text(), fingerprint)
        (output / "comment.md").write_text(text)
        (output / "fingerprint").write_text(f"{fingerprint}\n")
    print(f"fingerprint: {fingerprint}", flush=True)
    return fingerprint


if __name__ == "__main__":
    sys.exit(main())
