"""Parts of `make deploy`: runner, quotas, state bucket, wait for the poller."""

import io
import itertools
import json
import sys
from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from cli import root_modules, terraform_variables
from cli.cost.configuration import Configuration
from cli.root_modules import RootModule
from scripts.deploy import poller, quotas, steps
from scripts.deploy.poller import WaitForPoller
from scripts.deploy.quotas import Need
from scripts.deploy.runner import DeployError, run
from scripts.deploy.state_bucket import StateBucket
from scripts.deploy.target import Target

REGION = "eu-west-1"
TARGET = Target("123456789012", REGION, {"prefix": "first"}, "abc123")


class OneStep:
    def __init__(self, title, log):
        self.title, self.log, self.done = title, log, False

    def is_done(self):
        return self.done

    def run(self):
        self.log.append(self.title)
        self.done = True


@pytest.mark.parametrize("stop", range(4))
def test_interrupted_steps_continue_where_they_were(stop):
    log, lines = [], []
    found = [OneStep(name, log) for name in "abc"]

    def before(step):
        if found.index(step) == stop:
            raise KeyboardInterrupt

    if stop < len(found):
        with pytest.raises(KeyboardInterrupt):
            run(found, lines.append, before)
    run(found, lines.append)
    assert log == ["a", "b", "c"]  # each once
    assert run(found, lines.append) == []
    assert lines[-1] == "[3/3] c: done already"


def configuration(tmp_path, text=""):
    (tmp_path / "variables.tf").write_text((root_modules.FORECASTER / "variables.tf").read_text())
    (tmp_path / "terraform.tfvars").write_text(text)
    return Configuration.of(terraform_variables.read(root=RootModule(tmp_path)))


def test_quotas_of_the_default_configuration(tmp_path):
    assert set(quotas.needs(configuration(tmp_path))) == {
        Need("sagemaker", "ml.t2.medium for endpoint usage", 2),
        Need("sagemaker", "ml.m5.large for processing job usage", 1),
        Need("sagemaker", "ml.t3.medium for processing job usage", 1),
        Need("sagemaker", "ml.c5.xlarge for training job usage", 1),
        Need("sagemaker", "ml.m5.large for transform job usage", 1),
        Need("fargate", "Fargate On-Demand vCPU resource count", 0.25),
        Need("lambda", "Concurrent executions", 10),
    }


def test_quotas_follow_the_configuration(tmp_path):
    text = """
    engine    = "flink"
    image_builder = "codebuild"
    endpoints = { production_instance_count = 3, production_instance_type = "ml.m5.large" }
    training  = { candidates = ["deepar", "deepar_recent"] }
    """
    found = {need.name: need.value for need in quotas.needs(configuration(tmp_path, text))}
    assert found["ml.m5.large for endpoint usage"] == 6
    assert found["ml.t2.medium for endpoint usage"] == 1
    assert found["ml.c5.xlarge for training job usage"] == 2
    assert found["Kinesis Processing Units (KPUs)"] == 2
    assert found["Shards per Region"] == 3
    assert found["Concurrently running builds for ARM/Small environment"] == 1
    assert found["Concurrently running builds for Linux/Small environment"] == 1


def test_shortfall_says_what_to_request():
    wanted = [Need("sagemaker", "x for endpoint usage", 2), Need("lambda", "y", 10)]
    low, unknown = quotas.shortfalls(wanted, {("sagemaker", "x for endpoint usage"): 0})
    assert unknown == ["lambda: y"]
    (line,) = low
    assert line.startswith("sagemaker: x for endpoint usage is 0, expected at least 2")
    assert line.endswith("/services/sagemaker/quotas")


def test_quotas_of_the_account_override_the_defaults():
    client = boto3.client("service-quotas", region_name=REGION)
    with Stubber(client) as stub:
        for operation, value in (
            ("list_aws_default_service_quotas", 0),
            ("list_service_quotas", 4),
        ):
            page = {"Quotas": [{"QuotaName": "n", "Value": value}]}
            stub.add_response(operation, page, {"ServiceCode": "sagemaker"})
        stub.add_client_error("list_aws_default_service_quotas", "AccessDenied")
        found, errors = quotas.read(client, ["sagemaker", "zzz"])
    assert found == {("sagemaker", "n"): 4}
    (error,) = errors
    assert error.startswith("zzz: An error occurred (AccessDenied)")


@pytest.fixture
def s3(monkeypatch):
    with mock_aws():
        yield boto3.client("s3", region_name=REGION)


def test_state_bucket_is_created_once_and_repaired(s3):
    bucket = StateBucket(s3, TARGET)
    name = "evergreen-terraform-123456789012-eu-west-1"
    assert not bucket.is_done()
    bucket.run()
    assert bucket.is_done()
    policy = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])
    assert policy["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_public_access_block(Bucket=name)
    assert not bucket.is_done()
    bucket.run()
    assert bucket.is_done()
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"


def test_state_bucket_interrupted_after_its_creation(s3):
    bucket = StateBucket(s3, TARGET)
    s3.create_bucket(
        Bucket=TARGET.state_bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    assert not bucket.is_done()
    bucket.run()
    assert bucket.is_done()


def test_holder_of_the_lock(s3):
    bucket = StateBucket(s3, TARGET)
    assert bucket.lock() is None  # no bucket
    bucket.run()
    s3.delete_bucket_policy(Bucket=TARGET.state_bucket)  # moto ignores its condition
    assert bucket.lock() is None
    lock = {"ID": "1", "Who": "me", "Created": "today", "Operation": "apply"}
    key = "first/terraform.tfstate.tflock"
    s3.put_object(Bucket=TARGET.state_bucket, Key=key, Body=json.dumps(lock))
    assert bucket.lock() == "1 by me since today (apply)"


class Plans:
    """A workspace whose plans are given."""

    def __init__(self, *plans):
        self._plans = iter(plans)

    FINGERPRINT = "abc"

    def plan(self, **_):
        return next(self._plans)

    def fingerprint(self):
        return self.FINGERPRINT


@pytest.mark.parametrize(("answer", "approved"), [("y\n", True), ("n\n", False), ("", False)])
def test_plan_is_confirmed(monkeypatch, answer, approved):
    answers = io.StringIO(answer)
    answers.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", answers)
    plan = steps.Plan(TARGET, Plans({"a": ["create"]}), yes=False)
    if approved:
        plan.run()
    else:
        with pytest.raises(DeployError, match="nothing was changed"):
            plan.run()


def test_later_plan_needs_a_confirmation_of_its_own_if_it_changes_more(monkeypatch):
    answers = io.StringIO("y\n")
    answers.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", answers)
    workspace = Plans({"a": ["create"], "b": ["update"]}, {"a": ["create"]}, {"b": ["delete"]})
    plan = steps.Plan(TARGET, workspace, yes=False)
    plan.run()
    assert not steps.ApplyForImages(workspace, plan).is_done()
    with pytest.raises(DeployError, match="nothing was changed"):
        steps.Apply(workspace, plan).is_done()


def test_approved_plan_needs_no_other_confirmation():
    workspace = Plans({"a": ["create"]}, {"a": ["create"]})
    plan = steps.Plan(TARGET, workspace, yes=False, expected=Plans.FINGERPRINT)
    plan.run()
    assert not steps.Apply(workspace, plan).is_done()


def test_another_plan_than_the_approved_one_is_refused():
    plan = steps.Plan(TARGET, Plans({"a": ["create"]}), yes=True, expected="other")
    with pytest.raises(DeployError, match="got 'abc', expected other, the plan that was approved"):
        plan.run()


class Poller:
    """ECS and CloudWatch of a poller whose states follow each other."""

    def __init__(self, *states):
        self._states, self.restarts = itertools.chain(states, itertools.repeat(states[-1])), 0
        self.state = states[0]

    def __call__(self, service):
        return self

    def describe_services(self, **_):
        self.state = next(self._states)
        rollout, running = self.state[:2]
        primary = {"status": "PRIMARY", "rolloutState": rollout}
        service = {"deployments": [primary], "runningCount": running, "desiredCount": 1}
        return {"services": [service | {"events": [{"message": "no image"}]}]}

    def get_metric_statistics(self, **_):
        total = self.state[2]
        return {"Datapoints": [{"Sum": total, "Timestamp": datetime.now(UTC)}] if total else []}

    def update_service(self, **arguments):
        assert arguments["forceNewDeployment"]
        self.restarts += 1

    def list_tasks(self, **_):
        return {"taskArns": ["task"]}

    def describe_tasks(self, **_):
        return {"tasks": [{"stoppedReason": "CannotPullContainerError"}]}


STARTING, RUNNING, PUBLISHING = (
    ("IN_PROGRESS", 0, 0),
    ("COMPLETED", 1, 0),
    ("COMPLETED", 1, 12),
)


def wait(states, **options):
    fake = Poller(*states)
    return fake, WaitForPoller(fake, "first", count=1, poll_seconds=0, **options)


def test_wait_ends_with_the_first_transactions(capsys):
    _, step = wait([STARTING, STARTING, STARTING, RUNNING, RUNNING, PUBLISHING])
    assert not step.is_done()
    step.run()
    assert step.is_done()
    assert capsys.readouterr().out.splitlines() == [
        "  tasks: 0 of 1 running",
        "  it runs; waiting for the first transactions",
    ]


def test_interrupted_wait_continues(monkeypatch):
    def interrupt(_seconds):
        monkeypatch.undo()
        raise KeyboardInterrupt

    _, step = wait([STARTING, STARTING, RUNNING, PUBLISHING])
    monkeypatch.setattr(poller.time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        step.run()
    step.run()
    assert step.is_done()


def test_service_that_ecs_gave_up_is_started_again():
    fake, step = wait([("FAILED", 0, 0), STARTING, PUBLISHING])
    step.run()
    assert fake.restarts == 1


def test_failed_start_names_the_reason():
    _, step = wait([STARTING, ("FAILED", 0, 0)])
    with pytest.raises(DeployError, match="gave up starting the poller: Last task: CannotPull"):
        step.run()


def test_wait_has_a_limit():
    _, step = wait([STARTING], timeout_minutes=0)
    with pytest.raises(DeployError, match="after 0 minutes: tasks: 0 of 1 running"):
        step.run()


def test_stopped_poller_is_not_waited_for():
    assert WaitForPoller(lambda _: None, "first", count=0).is_done()
