"""`make deploy` and `make destroy` of a tabular model on an empty local AWS."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from cli.root_modules import TABULAR, RootModule
from local import lifecycle
from scripts import aws as scripts_aws
from scripts.deploy import __main__ as command
from scripts.deploy import builders, destroy, steps
from scripts.deploy import target as targets
from scripts.deploy.runner import DeployError, run
from scripts.deploy.workspace import Workspace
from tests.support import deployer
from tests.support.deployment_shell import shell
from tests.support.fake_docker import FakeDocker
from tests.support.local_aws import LocalAws
from tests.support.remaining_resources import remaining_resources

pytestmark = pytest.mark.integration

PREFIX, TAG = "linear-regression", "0123456789ab"  # of a model and its default prefix
# No lifecycle rules: the provider waits a minute for them.
VARIABLES = """
data     = { expire_days = {}, restore_days = 0 }
training = { data_uri = "sample" }
"""


@pytest.fixture(scope="module")
def docker(tmp_path_factory):
    return FakeDocker(tmp_path_factory.mktemp("docker"))


@pytest.fixture(scope="module")
def account(docker, tmp_path_factory):
    """An empty local AWS, and the shell of the deployer."""
    home = tmp_path_factory.mktemp("account")
    health = lifecycle.up(0, home, ["--clock", "real"])
    subprocess.run([sys.executable, "-m", "scripts.package"], check=True, capture_output=True)
    aws = LocalAws(health["endpoint_url"], home)
    path = f"{docker.folder}{os.pathsep}{os.environ['PATH']}"
    session = deployer.session(aws, PREFIX)
    with shell(tmp_path_factory, aws.url, PATH=path, TF_VAR_image_tag=TAG, **session):
        yield aws
    lifecycle.down(home)


@pytest.fixture(scope="module")
def target(account, tmp_path_factory):
    file = tmp_path_factory.mktemp("variables") / "my.tfvars"
    file.write_text(VARIABLES)
    return replace(command.find_target(file, "linear_regression"), folder=targets.HOME)


def deploy(target):
    """Run `make deploy` -> titles of the steps that ran."""
    builder = builders.builder(scripts_aws.client, target)
    found = steps.steps(scripts_aws.client, target, builder, yes=True, poll_seconds=0.5)
    return run(found, lambda _line: None)


def all_steps_run_and_are_done_afterwards(target, account, docker):
    assert target.prefix == PREFIX
    assert deploy(target)[-3:] == [
        "what images need: key, repositories",
        "build and push images",
        "everything else",
    ]
    assert docker.built() == [f"{PREFIX}-forecaster:{TAG}"]
    assert deploy(target) == [
        "checks before anything changes",
        "Terraform with its state in the bucket",
        "plan of all changes",
    ]
    outputs = Workspace(target).output()
    assert (outputs["model"], outputs["data_uri"]) == ("linear_regression", "sample")
    assert not (TABULAR / "terraform.tfstate").exists()


def deployment_of_another_model_is_not_replaced(target):
    other = replace(target, root=RootModule(TABULAR, "abalone"))
    with pytest.raises(DeployError, match="MODEL: got abalone, expected MODEL=linear_regression"):
        deploy(other)
    with pytest.raises(DeployError, match="MODEL: got none, expected MODEL=linear_regression"):
        destroy.destroy(replace(target, root=RootModule()), PREFIX)


def test_model_is_deployed_and_destroyed(target, account, docker):
    all_steps_run_and_are_done_afterwards(target, account, docker)
    deployment_of_another_model_is_not_replaced(target)
    bucket = Workspace(target).output()["bucket_name"]
    account.client("s3").put_object(Bucket=bucket, Key="training-data/a.csv", Body=b"x,y\n")
    destroy.destroy(target, PREFIX)
    remaining = remaining_resources(account)
    assert [bucket["Name"] for bucket in remaining.pop("buckets")] == [target.state_bucket]
    assert [role["RoleName"] for role in remaining.pop("roles")] == [deployer.ROLE]
    assert remaining == {}
    assert account.get("iam")["denials"] == []
