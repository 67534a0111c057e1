"""Who plans and applies (terraform/delivery), with the sessions that GitHub's jobs get."""

import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from local import lifecycle
from scripts import aws as scripts_aws
from scripts.deploy import __main__ as command
from scripts.deploy import builders, code_change, destroy, plan, steps
from scripts.deploy import target as targets
from scripts.deploy.runner import DeployError, run
from scripts.deploy.workspace import Workspace
from tests.support import delivery, github_token
from tests.support.deployment_shell import shell
from tests.support.fake_docker import FakeDocker
from tests.support.local_aws import LocalAws
from tests.support.permissions import document

pytestmark = pytest.mark.integration

PREFIX, TAG = "linear-regression", "0123456789ab"  # of a model and its default prefix
BOUNDARY = "arn:aws:iam::123456789012:policy/limits"  # without it, who applies creates no role
LIMITS = document(Action="*", Resource="*")
# No lifecycle rules: the provider waits a minute for them.
VARIABLES = f"""
data     = {{ expire_days = {{}}, restore_days = 0 }}
training = {{ data_uri = "sample" }}

permissions_boundary_arn = "{BOUNDARY}"
"""


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    home = tmp_path_factory.mktemp("account")
    health = lifecycle.up(0, home, ["--clock", "real"])
    subprocess.run([sys.executable, "-m", "scripts.package"], check=True, capture_output=True)
    yield LocalAws(health["endpoint_url"], home)
    lifecycle.down(home)


@pytest.fixture(scope="module")
def roles(account):
    account.client("iam").create_policy(PolicyName="limits", PolicyDocument=LIMITS)
    with delivery.delivered(account, PREFIX, deployment_boundary_arn=BOUNDARY) as roles:
        yield roles


@pytest.fixture
def job(account, roles, tmp_path_factory):
    """Return a context with the shell of a job in an environment of GitHub."""
    docker = FakeDocker(tmp_path_factory.mktemp("docker"))
    path = f"{docker.folder}{os.pathsep}{os.environ['PATH']}"

    @contextmanager
    def in_environment(name, role):
        subject = f"repo:{delivery.REPOSITORY}:environment:{name}"
        session = github_token.session(account, roles[role], subject)
        settings = {"PATH": path, "TF_VAR_image_tag": TAG, **session}
        with shell(tmp_path_factory, account.url, **settings):
            yield found_target(tmp_path_factory.mktemp("variables"))

    return in_environment


def found_target(folder):
    file = folder / "my.tfvars"
    file.write_text(VARIABLES)
    return replace(command.find_target(file, "linear_regression"), folder=targets.HOME)


def deploy(target, expected=None):
    builder = builders.builder(scripts_aws.client, target)
    options = {"yes": True, "expected": expected, "poll_seconds": 0.5}
    return run(steps.steps(scripts_aws.client, target, builder, **options), lambda _line: None)


def who_plans_changes_nothing(job):
    with job("plan", "plan") as target:
        iam, s3 = scripts_aws.client("iam"), scripts_aws.client("s3")
        with pytest.raises(ClientError, match="AccessDenied"):
            iam.create_role(RoleName=f"{PREFIX}-mine", AssumeRolePolicyDocument="{}")
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.put_object(Bucket=target.state_bucket, Key=target.state_key, Body=b"{}")


def who_applies_does_not_change_its_limits(job):
    with job("production", "apply"):
        iam = scripts_aws.client("iam")
        with pytest.raises(ClientError, match="explicit deny"):
            iam.create_role(RoleName=f"{PREFIX}-mine", AssumeRolePolicyDocument="{}")
        with pytest.raises(ClientError, match="AccessDenied"):
            iam.put_role_policy(
                RoleName=f"delivery-{PREFIX}-apply", PolicyName="more", PolicyDocument="{}"
            )


def every_role_has_the_boundary(account):
    pages = account.client("iam").get_paginator("list_roles").paginate()
    names = [role["RoleName"] for page in pages for role in page["Roles"]]
    ours = [name for name in names if name.startswith(f"{PREFIX}-")]
    assert len(ours) > 10
    for name in ours:
        role = account.client("iam").get_role(RoleName=name)["Role"]
        assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == BOUNDARY


def test_approved_plan_is_applied_and_no_other(account, job, roles, tmp_path):
    with job("plan", "plan") as target, pytest.raises(DeployError, match="has no bucket"):
        plan.plan(target)
    with job("production", "apply") as target:
        deploy(target)
    assert account.get("iam")["denials"] == []

    # A change of the repository.
    changed = VARIABLES + "log_retention_days = 60\n"
    with job("plan", "plan") as target:
        target.vars_file.write_text(changed)
        fingerprint = plan.plan(target, tmp_path)
        assert plan.plan(target) == fingerprint
    assert account.get("iam")["denials"] == []
    comment = (tmp_path / "comment.md").read_text()
    assert "retention_in_days = 30 -> 60" in " ".join(comment.split())
    assert (tmp_path / "fingerprint").read_text().strip() == fingerprint

    with job("production", "apply") as target:
        with pytest.raises(DeployError, match="the plan that was approved: plan again"):
            deploy(target, fingerprint)  # the variables are those of before
        target.vars_file.write_text(changed)
        assert "everything else" in deploy(target, fingerprint)
        code_change.announce(scripts_aws.client("events"), target)
    assert account.get("iam")["denials"] == []

    with job("plan", "plan") as target:
        target.vars_file.write_text(changed)
        plan.plan(target, tmp_path)
    assert "Nothing changes." in (tmp_path / "comment.md").read_text()

    every_role_has_the_boundary(account)
    who_plans_changes_nothing(job)
    who_applies_does_not_change_its_limits(job)
    with job("production", "apply") as target:
        prepared = Workspace(target)
        destroy.destroy(target, PREFIX)
        assert prepared.addresses() == []
