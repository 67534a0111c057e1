"""Terraform for one deployment: a folder of links to its root module, with its own S3 backend.

Local runs and tests use the root module itself, with local state.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from cli import terraform_variables
from scripts import provider
from scripts.deploy.runner import DeployError
from scripts.deploy.target import Target
from scripts.provider import ROOT, SOURCE

LOCK_VERSION = (1, 10)  # Terraform that locks a state in S3 without DynamoDB
BACKEND = 'terraform {\n  backend "s3" {}\n}\n'
FILES = ("*.tf", "*.tfvars", "*.tfvars.json")
SIBLINGS = ("build", "docs", "sagemaker_pipelines")  # the root modules read their files
REPOSITORIES = ("module.foundation.aws_ecr_repository.this",)
# What builds on AWS need besides: the projects, and the bucket of the source with its settings.
BUILDER = (
    "module.image_builder",
    "module.foundation.aws_s3_bucket_policy.data",
    "module.foundation.aws_s3_bucket_server_side_encryption_configuration.data",
    "module.foundation.aws_s3_bucket_versioning.data",
)

Changes = dict[str, list[str]]  # actions by address


class Workspace:
    """Runs Terraform with the target's account, region, variables and state."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.folder = target.home / target.root.folder.relative_to(ROOT)

    def prepare(self) -> None:
        """Renew the links and install provider and modules; DeployError."""
        if provider.version() < LOCK_VERSION:
            raise DeployError("Terraform 1.10 or newer is required, for the lock of the state")
        self._link()
        options = {
            "bucket": self._target.state_bucket,
            "key": self._target.state_key,
            "region": self._target.region,
            "encrypt": "true",
            "use_lockfile": "true",
        }
        if os.environ.get("AWS_ENDPOINT_URL"):
            options["use_path_style"] = "true"  # an emulator has no DNS names of buckets
        backend = [f"-backend-config={name}={value}" for name, value in options.items()]
        for plugins in provider.init_options():
            done = self._capture("init", "-reconfigure", "-lockfile=readonly", *backend, *plugins)
            if done.returncode == 0:
                return
        raise DeployError(f"terraform init failed:\n{done.stderr.strip()}")

    def plan(self, *, partial: bool = False, show: bool = True, lock: bool = True) -> Changes:
        """Write a plan for `apply` and return its changes; `partial`: only what images need."""
        targets = self._for_images() if partial else ()
        options = [f"-out={self._plan}", *self._variables, *(f"-target={one}" for one in targets)]
        options += [] if lock else ["-lock=false"]
        if show:
            self._call("plan", *options)
        else:
            self._checked("plan", *options)
        return {change["address"]: change["change"]["actions"] for change in self._changes()}

    def fingerprint(self) -> str:
        """Return what identifies the plan that was written last: its changes, with all values."""
        changes = [[change["address"], change["change"]] for change in self._changes()]
        return hashlib.sha256(json.dumps(changes, sort_keys=True).encode()).hexdigest()

    def text(self) -> str:
        """Return the plan that was written last, as Terraform shows it."""
        return self._checked("show", "-no-color", str(self._plan), plain=False)

    def apply(self) -> None:
        """Apply the plan that was written last."""
        self._call("apply", str(self._plan))

    def change(self, command: str, *options: str) -> None:
        """Run `apply` or `destroy` without a plan that was shown and approved."""
        self._call(command, "-auto-approve", *self._variables, *options)

    def output(self) -> dict[str, Any]:
        """Return the root's outputs by name, empty before the first apply."""
        shown = json.loads(self._checked("output", "-json", plain=False))
        return {name: described["value"] for name, described in shown.items()}

    def addresses(self) -> list[str]:
        """Return the addresses of all resources in the state."""
        return str(self._capture("state", "list").stdout).split()

    def unlock(self, lock: str) -> None:
        """Release the lock that a killed run left."""
        self.prepare()
        self._checked("force-unlock", "-force", lock, plain=False)

    def push(self, state: Path) -> None:
        """Write a state of the local backend to the empty state in S3."""
        self._checked("state", "push", str(state.resolve()), plain=False)

    def _changes(self) -> list[dict[str, Any]]:
        planned = json.loads(self._checked("show", "-json", str(self._plan), plain=False))
        return [
            change
            for change in planned.get("resource_changes", [])
            if change["change"]["actions"] not in (["no-op"], ["read"])
        ]

    @property
    def _plan(self) -> Path:
        return self._target.home / "terraform.tfplan"

    @property
    def _variables(self) -> list[str]:
        file = self._target.vars_file
        options = [f"-var=image_tag={self._target.image_tag}"]
        return [*options, *([f"-var-file={file.resolve()}"] if file else [])]

    def _for_images(self) -> tuple[str, ...]:
        on_aws = self._target.variables["image_builder"] == "codebuild"
        return (*REPOSITORIES, *BUILDER) if on_aws else REPOSITORIES

    def _link(self) -> None:
        shutil.rmtree(self.folder / "modules", ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        home, source = self._target.home, self._target.root.folder
        top = home / SOURCE.name  # the folder itself, or above that of a tabular model
        for path in {*self.folder.iterdir(), *top.iterdir(), *home.iterdir()}:
            if path.is_symlink():
                path.unlink()
        for pattern in FILES:
            for path in source.glob(pattern):
                (self.folder / path.name).symlink_to(path)
        (top / "modules").symlink_to(SOURCE / "modules")
        for name in SIBLINGS:
            (home / name).symlink_to(ROOT / name)
        shutil.copy(source / ".terraform.lock.hcl", self.folder)
        (self.folder / "backend.tf").write_text(BACKEND)

    def _environment(self) -> dict[str, str]:
        defaults = terraform_variables.environment(self._target.root)
        return defaults | provider.environment() | {"AWS_REGION": self._target.region}

    def _call(self, command: str, *arguments: str) -> None:
        """Run Terraform on the terminal; at Ctrl-C wait until it has written its state."""
        call = [provider.terraform(), command, "-input=false", *arguments]
        proc = subprocess.Popen(
            call, cwd=self.folder, env=self._environment(), stdin=subprocess.DEVNULL
        )
        interrupted = None
        while True:
            try:
                code = proc.wait()
                break
            except KeyboardInterrupt as error:  # Terraform received the signal too
                interrupted = error
        if interrupted:
            raise interrupted
        if code:
            raise DeployError(f"terraform {command} failed, see above")

    def _checked(self, *arguments: str, plain: bool = True) -> str:
        done = self._capture(*arguments, plain=plain)
        if done.returncode:
            errors = re.sub(r"\x1b\[[0-9;]*m", "", done.stderr).strip()
            raise DeployError(f"terraform {arguments[0]} failed:\n{errors}")
        return str(done.stdout)

    def _capture(self, command: str, *arguments: str, plain: bool = True) -> Any:
        options = ["-no-color", "-input=false"] if plain and command != "state" else []
        return subprocess.run(
            [provider.terraform(), command, *options, *arguments],
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
