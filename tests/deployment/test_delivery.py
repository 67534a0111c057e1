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
from scripts import local_terraform
from scripts.deploy import __main__ as command
from scripts.deploy import builders, code_change, destroy, plan, steps
from scripts.deploy import target as targets
from scripts.deploy.runner import DeployError, run
from scripts.deploy.workspace import Workspace
from scripts.provider import DELIVERY
from tests.support import github_token
from tests.support.deployment_shell import shell
from tests.support.fake_docker import FakeDocker
from tests.support.local_aws import LocalAws
from tests.support.remaining_resources import remaining_resources

pytestmark = pytest.mark.integration

PREFIX, TAG = "linear-regression", "0123456789ab"  # of a model and its default prefix
REPOSITORY = "me/evergreen"
# No lifecycle rules: the provider waits a minute for them.
VARIABLES = """
data     = { expire_days = {}, restore_days = 0 }
training = { data_uri = "sample" }
"""
DELIVERED = {"github": {"repository": REPOSITORY}, "prefix": PREFIX}


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    home = tmp_path_factory.mktemp("account")
    health = lifecycle.up(0, home, ["--clock", "real"])
    subprocess.run([sys.executable, "-m", "scripts.package"], check=True, capture_output=True)
    yield LocalAws(health["endpoint_url"], home)
    lifecycle.down(home)


@pytest.fixture(scope="module")
def roles(account):
    """The roles of terraform/delivery, which is destroyed again."""
    local_terraform.init(account.home, DELIVERY)
    local_terraform.apply(account.home, DELIVERED, root=DELIVERY)
    assert local_terraform.plan_changes(account.home, DELIVERED, DELIVERY) == 0
    yield local_terraform.output(account.home, DELIVERY)["role_arns"]
    local_terraform.destroy(account.home, DELIVERED, DELIVERY)
    remaining = remaining_resources(account)
    remaining.pop("buckets", None)  # that of the state
    assert remaining == {}
    assert (
        account.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
    )


@pytest.fixture
def job(account, roles, tmp_path_factory):
    """Return a context with the shell of a job in an environment of GitHub."""
    docker = FakeDocker(tmp_path_factory.mktemp("docker"))
    path = f"{docker.folder}{os.pathsep}{os.environ['PATH']}"

    @contextmanager
    def in_environment(name, role):
        subject = f"repo:{REPOSITORY}:environment:{name}"
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


@pytest.mark.parametrize(
    ("role", "subject", "claims"),
    [
        pytest.param("apply", "repo:me/other:environment:production", {}, id="repository"),
        pytest.param("apply", f"repo:{REPOSITORY}:environment:plan", {}, id="environment"),
        pytest.param("apply", f"repo:{REPOSITORY}:ref:refs/heads/main", {}, id="branch"),
        pytest.param("plan", f"repo:{REPOSITORY}:pull_request", {}, id="pull request"),
        pytest.param(
            "plan", f"repo:{REPOSITORY}:environment:plan", {"audience": "me"}, id="audience"
        ),
        pytest.param(
            "plan",
            f"repo:{REPOSITORY}:environment:plan",
            {"issuer": "https://token.example.com"},
            id="issuer",
        ),
    ],
)
def test_tokens_of_others_are_refused(account, roles, role, subject, claims):
    with pytest.raises(ClientError, match=r"AccessDenied|InvalidIdentityToken"):
        github_token.session(account, roles[role], subject, **claims)


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
        with pytest.raises(ClientError, match="AccessDenied"):
            iam.put_role_policy(
                RoleName=f"delivery-{PREFIX}-apply", PolicyName="more", PolicyDocument="{}"
            )


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

    who_plans_changes_nothing(job)
    who_applies_does_not_change_its_limits(job)
    with job("production", "apply") as target:
        prepared = Workspace(target)
        destroy.destroy(target, PREFIX)
        assert prepared.addresses() == []
