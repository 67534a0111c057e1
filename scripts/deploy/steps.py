"""The steps of `make deploy`, in order."""

import json
import sys
from collections.abc import Callable
from typing import Any

from common.errors import bad_value
from scripts import images
from scripts.deploy import model_check
from scripts.deploy.builders import Builder
from scripts.deploy.poller import WaitForPoller
from scripts.deploy.preflight import Preflight
from scripts.deploy.runner import DeployError, Step
from scripts.deploy.state_bucket import StateBucket
from scripts.deploy.target import Target
from scripts.deploy.workspace import Changes, Workspace
from scripts.image_build import ImageError

Clients = Callable[[str], Any]


class Initialize:
    """Terraform's working folder; a local state of earlier releases moves to the bucket."""

    title = "Terraform with its state in the bucket"

    def __init__(self, target: Target, workspace: Workspace) -> None:
        self._target, self._workspace = target, workspace
        self._local = target.root.folder / "terraform.tfstate"

    def is_done(self) -> bool:
        """Return False: the links must be those of the current source."""
        return False

    def run(self) -> None:
        """Prepare the folder, and move a local state of the same deployment."""
        self._workspace.prepare()
        model_check.check(self._target, self._workspace)
        if self._local.is_file() and self._is_ours() and not self._workspace.addresses():
            self._workspace.push(self._local)
            moved = self._local.with_name("terraform.tfstate.moved-to-s3")
            self._local.rename(moved)
            print(f"  moved the local state to the bucket, and kept it as {moved}", flush=True)

    def _is_ours(self) -> bool:
        outputs = json.loads(self._local.read_text()).get("outputs", {})
        names = ("account_id", "region", "prefix")
        found = [outputs.get(name, {}).get("value") for name in names]
        return found == [self._target.account, self._target.region, self._target.prefix]


class Plan:
    """Shows all changes and asks; what follows may change only that.

    `expected` is the fingerprint of the plan that was approved before (`make plan`).
    """

    title = "plan of all changes"

    def __init__(
        self, target: Target, workspace: Workspace, *, yes: bool, expected: str | None = None
    ) -> None:
        self._target, self._workspace, self._yes = target, workspace, yes
        self._expected = expected
        self._approved: Changes = {}

    def is_done(self) -> bool:
        """Return False: each run shows its own plan."""
        return False

    def run(self) -> None:
        """Show the plan and ask for approval; raises DeployError without it."""
        changes = self._workspace.plan()
        if self._expected is not None:
            found = self._workspace.fingerprint()
            if found != self._expected:
                raise DeployError(
                    f"nothing was changed: {bad_value('plan', found, self._expected)}, the plan "
                    "that was approved: plan again, and approve that"
                )
            self._approved |= changes
        self.approve(changes)

    def approve(self, changes: Changes) -> None:
        """Ask unless all changes are approved already."""
        if changes.items() <= self._approved.items():
            return
        if not self._yes:
            if not sys.stdin.isatty():
                raise DeployError("nothing was changed: confirm the plan with --yes, or set CI=1")
            print(f"Apply these {len(changes)} changes to {self._target}? [y/N] ", end="")
            sys.stdout.flush()
            if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
                raise DeployError("nothing was changed")
        self._approved |= changes


class ApplyForImages:
    """Key and repositories; for builds on AWS also the bucket and the build projects."""

    title = "what images need: key, repositories"

    def __init__(self, workspace: Workspace, plan: Plan) -> None:
        self._workspace, self._plan = workspace, plan

    def is_done(self) -> bool:
        """Return whether the plan of this part is empty."""
        changes = self._workspace.plan(partial=True, show=False)
        self._plan.approve(changes)
        return not changes

    def run(self) -> None:
        """Apply this part."""
        self._workspace.apply()


class Images:
    """All images, with immutable tags."""

    title = "build and push images"

    def __init__(self, clients: Clients, target: Target, builder: Builder) -> None:
        self._ecr, self._target, self._builder = clients("ecr"), target, builder

    def is_done(self) -> bool:
        """Return whether all images are in their repositories."""
        return not self._missing()

    def run(self) -> None:
        """Build what is missing, and check that it arrived."""
        self._builder.build(self._missing())
        if missing := self._missing():
            raise DeployError(f"images that were built are not in ECR: {', '.join(missing)}")

    def _missing(self) -> list[str]:
        try:
            names, tag = self._target.root.images, self._target.image_tag
            return images.missing(self._ecr, self._target.prefix, tag, names)
        except ImageError as error:
            raise DeployError(str(error)) from error


class Apply:
    """Everything."""

    title = "everything else"

    def __init__(self, workspace: Workspace, plan: Plan) -> None:
        self._workspace, self._plan = workspace, plan

    def is_done(self) -> bool:
        """Return whether the plan is empty."""
        changes = self._workspace.plan(show=False)
        self._plan.approve(changes)
        return not changes

    def run(self) -> None:
        """Apply the plan."""
        self._workspace.apply()


def steps(
    clients: Clients,
    target: Target,
    builder: Builder,
    *,
    yes: bool = False,
    expected: str | None = None,
    ignore_quotas: bool = False,
    poll_seconds: float = 10,
) -> list[Step]:
    """Return all steps of a deployment."""
    workspace = Workspace(target)
    bucket = StateBucket(clients("s3"), target)
    plan = Plan(target, workspace, yes=yes, expected=expected)
    found: list[Step] = [
        Preflight(clients, target, builder, bucket, ignore_quotas=ignore_quotas),
        bucket,
        Initialize(target, workspace),
        plan,
        ApplyForImages(workspace, plan),
        Images(clients, target, builder),
        Apply(workspace, plan),
    ]
    if target.root.model is None:
        count = int(target.variables["poller"]["desired_count"])
        wait = WaitForPoller(clients, target.prefix, count=count, poll_seconds=poll_seconds)
        found.append(wait)
    return found
