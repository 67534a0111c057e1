"""`make deploy`: everything from a fresh account to a running loop; repeat it if interrupted.

`python -m scripts.deploy [--model MODEL] [--vars FILE] [--yes] [--expect FINGERPRINT]
[--ignore-quotas] [--retrain] [--unlock ID]`
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from cli import root_modules, terraform_variables
from sagemaker_pipelines.tabular import record
from scripts import aws, images, process_lock
from scripts.deploy import builders, code_change, steps
from scripts.deploy.command import exit_code
from scripts.deploy.runner import run
from scripts.deploy.target import Target
from scripts.deploy.workspace import Workspace

NEXT = """
The loop runs in {target}.
  {first}
  {approval}
  .venv/bin/evergreen status --target aws{prefix}    every stage, and pending approvals
  dashboards: {dashboards}
  docs/first-apply.md says what to watch; `make destroy` removes everything.{mail}
"""
FIRST = "The first model is trained without a person as soon as there are rows of 7.5 hours."
FIRST_TABULAR = """\
The first model is trained when there are data:
    aws s3 cp FILE.csv s3://{bucket}/training-data/
    columns of FILE.csv, named in its first line: {columns}"""
APPROVAL = {
    "automatic": "It is deployed to staging and production by itself.",
    "manual": "It waits for your approval, for staging and for production: `evergreen approve`.",
}


def main() -> int:
    """Deploy, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.deploy", description=__doc__)
    parser.add_argument("--model", help="tabular model to deploy, instead of the forecaster")
    parser.add_argument("--vars", type=Path, help="variables besides those of the root module")
    parser.add_argument(
        "--yes", action="store_true", help="do not ask before changing the account"
    )
    parser.add_argument(
        "--expect", metavar="FINGERPRINT", help="deploy only the plan with it (`make plan`)"
    )
    parser.add_argument("--ignore-quotas", action="store_true", help="deploy with low quotas")
    parser.add_argument(
        "--retrain", action="store_true", help="request a training if something was deployed"
    )
    parser.add_argument("--unlock", metavar="ID", help="release the lock of a killed deployment")
    arguments = parser.parse_args()
    yes = arguments.yes or bool(os.environ.get("CI"))

    def locked() -> None:
        target = find_target(arguments.vars, arguments.model)
        with process_lock.hold(target.home.with_suffix(".lock"), "`make deploy`"):
            if arguments.unlock:
                Workspace(target).unlock(arguments.unlock)
            deploy(
                target,
                yes=yes,
                ignore_quotas=arguments.ignore_quotas,
                expected=arguments.expect,
                retrain=arguments.retrain,
            )

    return exit_code("make deploy", locked)


def find_target(file: Path | None, model: str | None = None) -> Target:
    """Return the target of the shell's credentials and the variables."""
    root = root_modules.find(model)
    variables = terraform_variables.read(file, root)
    tag = images.image_tag()
    return Target(aws.account(), aws.region(), variables, tag, file, root=root)


def deploy(
    target: Target,
    *,
    yes: bool,
    ignore_quotas: bool,
    expected: str | None = None,
    retrain: bool = False,
) -> None:
    """Run all steps, and print what happens next."""
    builder = builders.builder(aws.client, target)
    options: Any = {"yes": yes, "ignore_quotas": ignore_quotas, "expected": expected}
    ran = run(
        steps.steps(aws.client, target, builder, **options),
        lambda line: print(line, flush=True),
    )
    if retrain and steps.Apply.title in ran:
        code_change.announce(aws.client("events"), target)
    variables = target.variables
    outputs = Workspace(target).output()
    mail = variables["notification_email"]
    print(
        NEXT.format(
            target=target,
            first=_first(target.root.model, outputs["bucket_name"]),
            approval=APPROVAL.get(variables["approval_policy"], ""),
            prefix="" if target.prefix == "evergreen" else f" --prefix {target.prefix}",
            dashboards=" ".join(outputs["dashboard_urls"].values()),
            mail=f"\n  Confirm the subscription that AWS sent to {mail}." if mail else "",
        )
    )


def _first(model: str | None, bucket: str) -> str:
    """Return what trains the first model."""
    if model is None:
        return FIRST
    columns = record.columns(record.read(model))
    return FIRST_TABULAR.format(bucket=bucket, columns=",".join(columns))


if __name__ == "__main__":
    sys.exit(main())
