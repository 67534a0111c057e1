"""`make deploy` and `make destroy` on an empty local AWS, interrupted at every place."""

import io
import json
import os
import re
import signal
import subprocess
import sys

import pytest

from local import lifecycle
from scripts import aws as scripts_aws
from scripts.deploy import __main__ as command
from scripts.deploy import builders, steps, workspace
from scripts.deploy import target as targets
from scripts.deploy.runner import DeployError, run
from scripts.deploy.target import Target
from tests.support import deployer, deployment_shell
from tests.support.fake_docker import FakeDocker
from tests.support.local_aws import LocalAws
from tests.support.remaining_resources import remaining_resources

pytestmark = pytest.mark.integration

PREFIX = "first"
TAG = "0123456789ab"
TITLES = [
    "checks before anything changes",
    "bucket of the Terraform state",
    "Terraform with its state in the bucket",
    "plan of all changes",
    "what images need: key, repositories",
    "build and push images",
    "everything else",
    "the poller runs and publishes",
]
# No lifecycle rules: the provider waits a minute for them.
VARIABLES = f"""
prefix   = "{PREFIX}"
data     = {{ expire_days = {{}}, restore_days = 0 }}
poller   = {{ source = "simulator", poll_seconds = 1, simulator = {{ rate = 5 }} }}
training = {{ image = "own" }}
"""


class InterruptedBeforeError(Exception):
    """Stands for Ctrl-C between two steps."""


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    """An empty local AWS with real time: the poller's service starts by itself."""
    home = tmp_path_factory.mktemp("account")
    health = lifecycle.up(0, home, ["--clock", "real"])
    subprocess.run([sys.executable, "-m", "scripts.package"], check=True, capture_output=True)
    yield LocalAws(health["endpoint_url"], home)
    lifecycle.down(home)


@pytest.fixture(scope="module")
def docker(tmp_path_factory):
    return FakeDocker(tmp_path_factory.mktemp("docker"))


@pytest.fixture(scope="module")
def shell(account, docker, tmp_path_factory):
    """The environment of `make deploy`, also for this process: the deployer's, not the root's."""
    path = f"{docker.folder}{os.pathsep}{os.environ['PATH']}"
    session = deployer.session(account, PREFIX)
    with deployment_shell.shell(
        tmp_path_factory, account.url, PATH=path, TF_VAR_image_tag=TAG, **session
    ):
        yield


@pytest.fixture(scope="module")
def target(shell, tmp_path_factory):
    file = tmp_path_factory.mktemp("variables") / "my.tfvars"
    file.write_text(VARIABLES)
    found = command.find_target(file)
    return Target(found.account, found.region, found.variables, TAG, file, targets.HOME)


def all_steps(target, **options):
    builder = builders.builder(scripts_aws.client, target)
    return steps.steps(scripts_aws.client, target, builder, poll_seconds=0.5, **options)


def deploy(target, stop_before=None):
    """Run `make deploy` up to a step -> titles of the steps that ran."""

    def before(step):
        if step.title == stop_before:
            raise InterruptedBeforeError

    lines = []
    try:
        return run(all_steps(target, yes=True), lines.append, before)
    except InterruptedBeforeError:
        return [line.partition("] ")[2] for line in lines if not line.endswith("done already")]


def repositories(aws):
    found = aws.client("ecr").describe_repositories()["repositories"]
    return {one["repositoryName"] for one in found}


def functions(aws):
    return aws.client("lambda").list_functions()["Functions"]


def without_a_confirmation_nothing_changes(target, account):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.StringIO())
        with pytest.raises(DeployError, match="nothing was changed"):
            run(all_steps(target), lambda _line: None)
    assert repositories(account) == set()
    assert functions(account) == []


def order_with_an_interruption_before_every_step(target, account, docker):
    always = [TITLES[0], TITLES[2], TITLES[3]]  # checks, Terraform's folder, plan
    assert deploy(target, TITLES[4]) == always
    assert repositories(account) == set()

    docker.failure.touch()
    with pytest.raises(DeployError, match="docker buildx build failed"):
        deploy(target)
    docker.failure.unlink()
    assert repositories(account) == {f"{PREFIX}-forecaster", f"{PREFIX}-poller"}
    assert functions(account) == []

    assert deploy(target, TITLES[6]) == [*always, TITLES[5]]
    assert docker.built()[-2:] == [f"{PREFIX}-forecaster:{TAG}", f"{PREFIX}-poller:{TAG}"]
    assert functions(account) == []


def evergreen_process(target, command, *arguments):
    """Start `make deploy` or `make destroy` as a process of its own, the leader of its group."""
    call = [sys.executable, "-c", PROCESS, str(targets.HOME), command]
    return subprocess.Popen(
        [*call, "--vars", str(target.vars_file), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


PROCESS = """
import importlib, sys
from pathlib import Path
from scripts.deploy import target
target.HOME = Path(sys.argv.pop(1))
_, _, *others = target.Target.__init__.__defaults__
target.Target.__init__.__defaults__ = (None, target.HOME, *others)
command = {"deploy": "__main__", "destroy": "destroy"}[sys.argv.pop(1)]
sys.exit(importlib.import_module(f"scripts.deploy.{command}").main())
"""


def a_lock_that_a_killed_run_left_is_named_and_can_be_released(target, account):
    lock = {
        "ID": "5a1b",
        "Operation": "OperationTypeApply",
        "Who": "me@host",
        "Version": "1.11.4",
        "Created": "2026-11-27T10:00:00Z",
        "Info": "",
        "Path": "",
    }
    account.client("s3").put_object(
        Bucket=target.state_bucket, Key=f"{target.state_key}.tflock", Body=json.dumps(lock)
    )
    with pytest.raises(DeployError, match="the state is locked: 5a1b by me@host since"):
        deploy(target)
    workspace.Workspace(target).unlock("5a1b")
    assert deploy(target, TITLES[7])[-1] == TITLES[6]


def deployment_ends_when_the_poller_publishes(target, account):
    with evergreen_process(target, "deploy", "--yes") as process:
        output = process.communicate(timeout=300)[0]
    assert process.returncode == 0, output
    assert f"[6/8] {TITLES[5]}: done already" in output
    assert f"[7/8] {TITLES[6]}: done already" in output
    assert "The loop runs in account 123456789012" in output


@pytest.fixture(scope="module")
def deployed(target, account, docker):
    """A deployment after interruptions at every place, which follow on each other -> what was."""
    without_a_confirmation_nothing_changes(target, account)
    order_with_an_interruption_before_every_step(target, account, docker)
    a_lock_that_a_killed_run_left_is_named_and_can_be_released(target, account)
    deployment_ends_when_the_poller_publishes(target, account)
    pipeline = account.client("sagemaker").describe_pipeline(PipelineName=f"{PREFIX}-training")
    raised = account.client("cloudwatch").describe_alarms(StateValue="ALARM")["MetricAlarms"]
    return {
        "alarms": [alarm["AlarmName"] for alarm in raised],
        "functions": functions(account),
        "denials": account.get("iam")["denials"],
        "parameters": json.loads(pipeline["PipelineDefinition"])["Parameters"],
    }


def test_interrupted_deployment_continues_to_a_running_loop(deployed):
    assert len(deployed["functions"]) > 10
    assert deployed["alarms"] == []
    assert deployed["denials"] == []


def test_state_is_in_a_versioned_encrypted_private_bucket(deployed, target, account):
    s3 = account.client("s3")
    name = target.state_bucket
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    policy = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])
    assert policy["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    access = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert all(access.values())
    assert not (workspace.SOURCE / "terraform.tfstate").exists()


def test_own_image_trains(deployed):
    values = {one["Name"]: one.get("DefaultValue") for one in deployed["parameters"]}
    assert values["TrainingImage"].endswith(f"/{PREFIX}-forecaster:{TAG}")


def data_bucket(account):
    (name,) = [
        bucket["Name"]
        for bucket in account.client("s3").list_buckets()["Buckets"]
        if "terraform" not in bucket["Name"]
    ]
    return name


def put_in_versions(account, bucket):
    """Write, overwrite and delete an object."""
    s3 = account.client("s3")
    for text in (b"1", b"2"):
        s3.put_object(Bucket=bucket, Key="raw/overwritten", Body=text)
    s3.delete_object(Bucket=bucket, Key="raw/overwritten")


def protected(account):
    """Return which of decision log and key exist and are not being deleted."""
    groups = account.client("logs").describe_log_groups()["logGroups"]
    kms = account.client("kms")
    keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    return (
        [group["logGroupName"] for group in groups if group["logGroupName"].endswith("decisions")],
        [key["KeyState"] for key in keys if f"Evergreen {PREFIX}" in key["Description"]],
    )


def plain_destroy_stops_at_the_bucket_and_deletes_no_record(target, account, bucket):
    prepared = workspace.Workspace(target)
    prepared.prepare()
    with pytest.raises(DeployError, match="terraform destroy failed"):
        prepared.change("destroy")
    assert protected(account) == ([f"/{PREFIX}/decisions"], ["Enabled"])
    versions = account.client("s3").list_object_versions(Bucket=bucket, Prefix="raw/overwritten")
    assert (len(versions["Versions"]), len(versions["DeleteMarkers"])) == (2, 1)


def without_the_prefix_nothing_is_deleted(target, account):
    before = account.client("s3").list_buckets()["Buckets"]
    output, code = make_destroy(target)
    assert "PREFIX=first; nothing was changed" in output
    assert code == 1
    output, code = make_destroy(target, "--prefix", "second")
    assert "PREFIX: got second, expected first; nothing was changed" in output
    assert account.client("s3").list_buckets()["Buckets"] == before


def make_destroy(target, *arguments):
    """Run `make destroy` as a process of its own -> output, exit code."""
    with evergreen_process(target, "destroy", *arguments) as process:
        return process.communicate(timeout=300)[0], process.returncode


def a_killed_destroy_can_be_repeated(target, account, bucket):
    s3 = account.client("s3")
    # The bucket is not deleted before the kill.
    delete = rf"DELETE /{bucket}/?(\?|$)"
    slow = {"service": "s3", "operation": delete, "status": 500, "seconds": 60}
    account.post("faults", faults=[slow])
    with evergreen_process(target, "destroy", "--prefix", PREFIX) as process:
        for line in process.stdout:
            if "aws_s3_bucket.data: Destroying" in line:
                os.killpg(process.pid, signal.SIGKILL)  # with Terraform, whose lock remains
                break
        process.stdout.read()
    account.post("faults", faults=[])
    assert s3.head_bucket(Bucket=bucket)
    output, code = make_destroy(target, "--prefix", PREFIX)
    assert code == 1, output
    unlock = re.search(r"ARGS='(--unlock \S+)'", output)
    assert unlock, output
    unlock = unlock[1].split()
    output, code = make_destroy(target, "--prefix", PREFIX, *unlock)
    assert code == 0, output
    assert f"The bucket {target.state_bucket} stays" in output


@pytest.fixture(scope="module")
def destroyed(deployed, target, account):
    """A deployment that was destroyed, with interruptions."""
    bucket = data_bucket(account)
    put_in_versions(account, bucket)
    plain_destroy_stops_at_the_bucket_and_deletes_no_record(target, account, bucket)
    without_the_prefix_nothing_is_deleted(target, account)
    a_killed_destroy_can_be_repeated(target, account, bucket)


def test_destroy_leaves_only_the_state(destroyed, target, account):
    remaining = remaining_resources(account)
    assert [bucket["Name"] for bucket in remaining.pop("buckets")] == [target.state_bucket]
    assert [role["RoleName"] for role in remaining.pop("roles")] == [deployer.ROLE]
    assert remaining == {}
    assert protected(account)[1] in ([], ["PendingDeletion"])
    assert account.get("iam")["denials"] == []


def test_destroyed_deployment_is_not_destroyed_twice(destroyed, target):
    output, code = make_destroy(target, "--prefix", PREFIX)
    assert "nothing is deployed" in output
    assert code == 0
