"""Staging and production in two accounts: versions go one way, requests for training the other.

Each account is a local AWS to which the same root module was applied.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from scripts import local_terraform
from tests.support.deployed_loop import apply, evergreen, package
from tests.support.deployed_variables import VARIABLES
from tests.support.loop_operator import CALM, Operator, start_with_rows
from tests.support.two_accounts import ABSENT, ACCOUNT, OTHER, pass_minutes, settle, two_accounts

pytestmark = pytest.mark.integration

BUS, GROUP = "evergreen", "evergreen-models"
FORWARD = "evergreen-other-account"  # the rule, in both accounts
IMPORTER = "evergreen-version-importer"
ORIGIN = "promoted_from"  # property of a copy
PROMOTION = [{"promotion": {"to": OTHER}}, {"promotion": {"from": ACCOUNT}}]


@pytest.fixture(scope="module")
def accounts(tmp_path_factory):
    """Return the local AWS of the staging account and that of production, both applied."""
    package()
    variables = [VARIABLES | each for each in PROMOTION]
    with two_accounts(tmp_path_factory.mktemp("accounts")) as both:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(apply, both, variables))
        yield both


@pytest.fixture(scope="module")
def operator(accounts):
    """Return who registers and approves versions in the staging account."""
    staging, production = accounts
    start = start_with_rows(staging, alone=True)
    assert start_with_rows(production, alone=True) == start  # for the smoke tests
    return Operator(staging, local_terraform.output(staging.home), start)


@pytest.fixture
def promote(accounts, operator, request, tmp_path):
    """Return a function that registers a version and promotes it -> its ARN."""

    def make(after_registration=lambda _version: None):
        version = operator.register(request.node.name, tmp_path, "reference", CALM)
        after_registration(version)
        operator.approve(version)
        settle(*accounts)
        return accounts[0].arn("sagemaker", f"model-package/{GROUP}/{version}")

    return make


def copies(production, source):
    """Return the versions of the production account that are copies of a version."""
    sagemaker = production.client("sagemaker")
    listed = sagemaker.list_model_packages(ModelPackageGroupName=GROUP)["ModelPackageSummaryList"]
    described = [
        sagemaker.describe_model_package(ModelPackageName=row["ModelPackageArn"]) for row in listed
    ]
    return [row for row in described if row["CustomerMetadataProperties"][ORIGIN] == source]


def letters(aws, queue, source):
    """Return the dead letters about a version."""
    code, document = evergreen(aws, "dead-letters", "list", "--queue", queue)
    assert code == 0
    return [one for one in document["messages"] if one["body"]["detail"]["package_arn"] == source]


def redrive(aws, letter):
    return evergreen(aws, "dead-letters", "redrive", "--id", letter["message_id"])


@contextmanager
def without_statement(aws, statement):
    """Remove a statement from a resource policy, and restore the policy afterwards."""
    read, write, sid = resource_policies(aws)[statement]
    policy = json.loads(read())
    without = [one for one in policy["Statement"] if one["Sid"] != sid]
    assert len(without) < len(policy["Statement"])
    # A policy has at least one statement: what it says does not matter.
    denied = {"Sid": "Nobody", "Effect": "Deny", "Principal": {"AWS": ABSENT}}
    denied |= {name: policy["Statement"][-1][name] for name in ("Action", "Resource")}
    write(json.dumps(policy | {"Statement": without or [denied]}))
    try:
        yield
    finally:
        write(json.dumps(policy))


def resource_policies(aws):
    """Return how to read and write each policy, and the statement that the other account needs."""
    s3, kms, sagemaker = (aws.client(name) for name in ("s3", "kms", "sagemaker"))
    bucket = {"Bucket": f"evergreen-{aws.account}-eu-west-1"}
    key = {"KeyId": kms.describe_key(KeyId="alias/evergreen")["KeyMetadata"]["KeyId"]}
    group = {"ModelPackageGroupName": GROUP}
    return {
        "bucket": (
            lambda: s3.get_bucket_policy(**bucket)["Policy"],
            lambda policy: s3.put_bucket_policy(**bucket, Policy=policy),
            "ReadPromotedFiles",
        ),
        "key": (
            lambda: kms.get_key_policy(**key, PolicyName="default")["Policy"],
            lambda policy: kms.put_key_policy(**key, PolicyName="default", Policy=policy),
            "DecryptPromotedFiles",
        ),
        "registry": (
            lambda: sagemaker.get_model_package_group_policy(**group)["ResourcePolicy"],
            lambda policy: sagemaker.put_model_package_group_policy(
                **group, ResourcePolicy=policy
            ),
            "ReadPromotedVersion",
        ),
    }


def test_version_approved_for_production_serves_in_the_other_account(accounts, promote):
    staging, production = accounts
    source = promote()
    (copy,) = copies(production, source)
    container = copy["InferenceSpecification"]["Containers"][0]
    assert container["ModelDataUrl"].startswith(f"s3://evergreen-{OTHER}-eu-west-1/training/")
    assert container["Image"].startswith(OTHER)
    there = Operator(production, local_terraform.output(production.home), None)
    version = copy["ModelPackageVersion"]
    there.wait_for_approval(version, "production")
    assert evergreen(production, "approve", str(version))[0] == 0
    pass_minutes(5, *accounts)
    assert there.serving() == f"evergreen-production-v{version}"
    assert staging.client("sagemaker").list_endpoints()["Endpoints"] == []


def reject_all(*accounts):
    """Reject what waits for production until no deployment runs: before, nothing is requested."""
    production = accounts[1]
    for _ in range(60):
        _, status = evergreen(production, "status")
        for row in status["pending"]:
            assert evergreen(production, "reject", str(row["version"]))[0] == 0
        if not status["pending"] and status["deployment"] is None:
            return
        pass_minutes(1, *accounts)
    raise AssertionError(f"still running: {status['deployment']}")


def trainings(aws):
    """Return the reasons of all trainings of an account."""
    listed = aws.client("sagemaker").list_pipeline_executions(PipelineName="evergreen-training")
    return [one["PipelineExecutionDescription"] for one in listed["PipelineExecutionSummaries"]]


def test_breach_in_production_starts_a_training_in_the_other_account(accounts, promote):
    staging, production = accounts
    promote()
    reject_all(*accounts)
    # It fails, as the history is short, and so failures before it do not delay the next one.
    assert evergreen(staging, "retrain", "--reason", "a person")[0] == 0
    pass_minutes(16, *accounts)
    alarm = {"AlarmName": "evergreen-production-loss", "StateReason": "a test"}
    production.client("cloudwatch").set_alarm_state(**alarm, StateValue="ALARM")
    settle(*accounts)
    production.client("cloudwatch").set_alarm_state(**alarm, StateValue="OK")
    settle(*accounts)
    assert trainings(staging)[0] == f"account {OTHER}: alarm evergreen-production-loss: a test"
    assert trainings(production) == []


def test_person_in_the_account_of_production_asks_the_other_account(accounts, promote):
    production = accounts[1]
    promote()
    reject_all(*accounts)
    code, document = evergreen(production, "retrain", "--reason", "a test")
    settle(*accounts)
    assert (code, document["requested_from"]) == (0, ACCOUNT)
    assert trainings(production) == []


def test_version_that_is_promoted_twice_is_registered_once(accounts, promote):
    staging, production = accounts
    twice = {"service": "delivery", "operation": f"^{FORWARD}$", "after": True}
    staging.post("faults", faults=[{**twice, "status": 500}])  # delivered, and retried
    production.post("faults", faults=[{**twice, "operation": f"^{IMPORTER}-promoted$"}])
    source = promote()
    pass_minutes(2, *accounts)
    assert [aws.get("faults")["faults"][0]["times"] for aws in accounts] == [0, 0]
    assert len(copies(production, source)) == 1
    assert letters(production, f"{IMPORTER}-dead-letters", source) == []


@pytest.mark.parametrize("policy", ["bucket", "key", "registry"])
def test_version_that_the_other_account_may_not_read_waits_until_it_may(accounts, promote, policy):
    staging, production = accounts
    with without_statement(staging, policy):
        source = promote()
        pass_minutes(4, *accounts)  # two retries, after one and two minutes
        (letter,) = letters(production, f"{IMPORTER}-dead-letters", source)
        assert "no resource-based policy allows" in letter["reason"]
        assert copies(production, source) == []
        assert redrive(production, letter)[0] == 1
    assert redrive(production, letter)[0] == 0
    assert len(copies(production, source)) == 1


def test_promotion_that_the_other_account_does_not_accept_is_undelivered_and_sent_again(
    accounts, operator, promote
):
    staging, production = accounts
    events = production.client("events")
    policy = events.describe_event_bus(Name=BUS)["Policy"]
    events.remove_permission(EventBusName=BUS, RemoveAllPermissions=True)
    try:
        source = promote()
    finally:
        events.put_permission(EventBusName=BUS, Policy=policy)
    (letter,) = letters(staging, "evergreen-undelivered", source)
    assert letter["reason"].startswith("NO_PERMISSIONS")
    assert "no resource-based policy allows the events:PutEvents action" in letter["reason"]
    assert copies(production, source) == []
    # docs/promotion.md: it is sent again by promoting the version again.
    staging.client("sagemaker").update_model_package(
        ModelPackageArn=source, ModelApprovalStatus="PendingManualApproval"
    )
    settle(*accounts)
    operator.approve(int(source.rpartition("/")[2]))
    settle(*accounts)
    assert len(copies(production, source)) == 1


def test_artifact_that_was_changed_after_its_registration_is_not_imported(accounts, promote):
    staging, production = accounts

    def tamper(version):
        staging.pass_minutes(1)
        arn = staging.arn("sagemaker", f"model-package/{GROUP}/{version}")
        package = staging.client("sagemaker").describe_model_package(ModelPackageName=arn)
        url = package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
        bucket, _, key = url.removeprefix("s3://").partition("/")
        s3 = staging.client("s3")
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        s3.put_object(Bucket=bucket, Key=key, Body=body)

    source = promote(tamper)
    pass_minutes(4, *accounts)
    (letter,) = letters(production, f"{IMPORTER}-dead-letters", source)
    assert letter["reason"].startswith("change of training/")
    assert copies(production, source) == []


def test_next_plan_changes_nothing_in_either_account(accounts):
    for aws, variables in zip(accounts, PROMOTION, strict=True):
        assert local_terraform.plan_changes(aws.home, VARIABLES | variables) == 0
