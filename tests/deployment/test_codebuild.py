"""`make deploy` with images built by CodeBuild: on an empty local AWS, without Docker."""

import contextlib
import json
import shutil
import subprocess
import sys

import pytest

from local import lifecycle
from scripts import aws as scripts_aws
from scripts import downloads
from scripts.deploy import __main__ as command
from scripts.deploy import codebuild, steps
from scripts.deploy import target as targets
from scripts.deploy.runner import DeployError, run
from scripts.deploy.target import Target
from scripts.deploy.workspace import Workspace
from tests.support import deployment_shell
from tests.support.local_aws import LocalAws

pytestmark = pytest.mark.integration

PREFIX, TAG = "built", "release-1"
ALWAYS = [  # in every run
    "checks before anything changes",
    "Terraform with its state in the bucket",
    "plan of all changes",
]
VARIABLES = f"""
prefix        = "{PREFIX}"
image_builder = "codebuild"
data          = {{ expire_days = {{}}, restore_days = 0 }}
poller        = {{ source = "simulator", poll_seconds = 1, simulator = {{ rate = 5 }} }}
"""


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    """An empty local AWS, and the shell of `make deploy` on a machine without Docker."""
    home = tmp_path_factory.mktemp("account")
    health = lifecycle.up(0, home, ["--clock", "real"])
    subprocess.run([sys.executable, "-m", "scripts.package"], check=True, capture_output=True)
    tools = tmp_path_factory.mktemp("tools")
    for name in ("git", "terraform"):
        (tools / name).symlink_to(shutil.which(name))
    settings = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "PATH": str(tools),
        "TF_VAR_image_tag": TAG,
    }
    with deployment_shell.shell(tmp_path_factory, health["endpoint_url"], **settings):
        yield LocalAws(health["endpoint_url"], home)
    lifecycle.down(home)


@pytest.fixture(scope="module")
def target(account, tmp_path_factory):
    file = tmp_path_factory.mktemp("variables") / "my.tfvars"
    file.write_text(VARIABLES)
    found = command.find_target(file)
    return Target(found.account, found.region, found.variables, TAG, file, targets.HOME)


def deploy(target):
    """Run `make deploy` -> titles of the steps that ran."""
    builder = codebuild.CodeBuild(scripts_aws.client, target, poll_seconds=0.2)
    all_steps = steps.steps(scripts_aws.client, target, builder, yes=True, poll_seconds=0.5)
    return run(all_steps, lambda _line: None)


def builds(account):
    client = account.client("codebuild")
    ids = client.list_builds()["ids"]
    return client.batch_get_builds(ids=ids)["builds"] if ids else []


@contextlib.contextmanager
def without(account, action):
    """Take an action from the policy of the builds' role."""
    iam = account.client("iam")
    where = {"RoleName": f"{PREFIX}-image-builder", "PolicyName": "permissions"}
    before = iam.get_role_policy(**where)["PolicyDocument"]
    policy = json.loads(json.dumps(before))
    for statement in policy["Statement"]:
        if isinstance(statement["Action"], list):
            statement["Action"] = [one for one in statement["Action"] if one != action]
    iam.put_role_policy(**where, PolicyDocument=json.dumps(policy))
    yield
    iam.put_role_policy(**where, PolicyDocument=json.dumps(before))


def interrupted_while_building(target):
    def interrupt(_seconds):
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codebuild.time, "sleep", interrupt)
        with pytest.raises(KeyboardInterrupt):
            deploy(target)


@pytest.fixture(scope="module")
def deployed(target, account):
    """A deployment that was interrupted while the builds ran -> its builds, the first ones."""
    interrupted_while_building(target)
    assert len(builds(account)) == 2
    ran = deploy(target)
    assert ran[:3] == ALWAYS
    assert "everything else" in ran
    return builds(account)


def test_deployment_completes_with_one_build_per_image(deployed, account):
    found = {build["projectName"]: build for build in deployed}
    assert {name: build["buildStatus"] for name, build in found.items()} == {
        f"{PREFIX}-image-forecaster": "SUCCEEDED",
        f"{PREFIX}-image-poller": "SUCCEEDED",
    }
    assert len(deployed) == 2
    for name in ("forecaster", "poller"):
        images = account.client("ecr").describe_images(repositoryName=f"{PREFIX}-{name}")
        assert [TAG] in [image["imageTags"] for image in images["imageDetails"]]


def test_builds_use_no_permission_that_they_lack(deployed, account):
    found = account.get("iam")
    assert found["denials"] == []
    role = f"{PREFIX}-image-builder"
    assert [grant for grant in found["unused"] if role in str(grant)] == []


def test_next_deployment_changes_nothing(deployed, target, account):
    before = len(builds(account))
    assert deploy(target) == ALWAYS
    assert len(builds(account)) == before


def build(target, tag):
    """Build the poller with another tag."""
    place = target.account, target.region
    other = Target(*place, target.variables, tag, target.vars_file, targets.HOME)
    codebuild.CodeBuild(scripts_aws.client, other, poll_seconds=0.2).build(["poller"])


def test_digests_of_base_images_are_recorded(deployed, target):
    build(target, "another")
    assert list(json.loads(downloads.LOCK.read_text())) == ["python:3.12-slim-bookworm"]


def test_build_without_a_permission_fails_with_the_place_of_the_log(deployed, target, account):
    with without(account, "ecr:PutImage"):
        expected = r"(?s)ended with FAILED: BUILD: .*/aws/codebuild/built-image-poller/"
        with pytest.raises(DeployError, match=expected):
            build(target, "refused")


def test_projects_are_destroyed_when_docker_builds_again(deployed, target, account):
    Workspace(target).change("destroy", "-target=module.image_builder")
    assert account.client("codebuild").list_projects()["projects"] == []
    Workspace(target).change("apply", "-target=module.image_builder")  # for the other tests
