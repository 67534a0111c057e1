"""Versions approved twice by hand; one that is worse on purpose is rolled back by itself."""

import pytest

from scripts import local_terraform
from tests.support.deployed_loop import deployed, evergreen
from tests.support.deployed_variables import VARIABLES
from tests.support.loop_operator import CALM, Operator, start_with_rows

pytestmark = pytest.mark.integration

WILD = 1.5  # standard deviation of the logarithm of fees


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    with deployed(tmp_path_factory.mktemp("bake")) as aws:
        yield aws


@pytest.fixture(scope="module")
def outputs(aws):
    return local_terraform.output(aws.home)


@pytest.fixture(scope="module")
def operator(aws, outputs):
    operator = Operator(aws, outputs, start_with_rows(aws))
    yield operator
    operator.withdraw()


@pytest.fixture(scope="module")
def versions(operator, tmp_path_factory):
    """Deploy a good version and a worse one, then measure three times -> their numbers."""
    folder = tmp_path_factory.mktemp("models")
    good = operator.register("good", folder, "reference", CALM)
    operator.deploy(good)
    worse = operator.register("worse", folder, "gradient_boosting", WILD)
    operator.deploy(worse)
    for _ in range(4):  # the windows of the first hour begin before the end of its training
        operator.aws.next_hour()
        operator.aws.settle()
    operator.aws.pass_minutes(10)
    return good, worse


def test_both_approvals_are_in_the_decision_log(operator, versions):
    deployed = [
        (detail["stage"], detail["package_version"], detail.get("approval", {}).get("path"))
        for detail in operator.decisions("Model Deployed")
        if detail["package_version"] in versions
    ]
    good, worse = versions
    assert deployed[:4] == [
        ("staging", good, None),
        ("production", good, "evergreen approve"),
        ("staging", worse, None),
        ("production", worse, "evergreen approve"),
    ]


def test_worse_version_is_rolled_back_by_itself(operator, versions):
    good, worse = versions
    [check] = [row for row in operator.history()["bake_checks"] if row["package_version"] == worse]
    assert (check["verdict"], check["replaced_version"]) == ("rolled back", good)
    assert check["windows"] == 6
    assert check["low"] > 1
    assert operator.serving() == f"evergreen-production-v{good}"


def test_rollback_is_a_decision_with_its_numbers(operator, versions):
    good, _ = versions
    deployed = operator.decisions("Model Deployed")
    last = [detail for detail in deployed if detail["stage"] == "production"][-1]
    assert last["package_version"] == good
    assert last["approval"]["path"] == "automatic rollback"
    assert "times the loss of model" in last["approval"]["comment"]


def test_version_that_returned_is_not_compared_again(operator, versions):
    for _ in range(4):
        operator.aws.next_hour()
        operator.aws.settle()
    good, _ = versions
    assert [row["package_version"] for row in operator.history()["bake_checks"]].count(good) == 0
    assert operator.serving() == f"evergreen-production-v{good}"


def test_rejected_version_leaves_production_as_it_is(operator, versions, tmp_path):
    good, _ = versions
    version = operator.register("rejected", tmp_path, "reference", CALM)
    operator.wait_for_approval(version, "staging")
    assert evergreen(operator.aws, "approve", str(version))[0] == 0
    operator.wait_for_approval(version, "production")
    endpoints = operator.aws.client("sagemaker").list_endpoints()["Endpoints"]
    names = [endpoint["EndpointName"] for endpoint in endpoints]
    assert names == ["evergreen-production"], "staging exists only until it is tested"
    assert evergreen(operator.aws, "reject", str(version), "--comment", "no")[0] == 0
    operator.aws.settle()
    assert operator.serving() == f"evergreen-production-v{good}"
    failed = operator.history()["failed_deployments"][-1]
    assert (failed["stage"], failed["error"], failed["cause"]) == (
        "production",
        "ApprovalRejected",
        "no",
    )


def test_loop_is_paused_and_resumed(operator, versions):
    aws, (good, _) = operator.aws, versions
    events, rule = aws.client("events"), "evergreen-monitoring-collector-hourly-production"
    code, paused = evergreen(aws, "pause", "--reason", "a test")
    assert (code, paused["endpoints"]["production"]) == (0, f"evergreen-production-v{good}")
    assert aws.client("sagemaker").list_endpoints()["Endpoints"] == []
    assert events.describe_rule(Name=rule)["State"] == "DISABLED"
    try:
        status = evergreen(aws, "status")[1]
        assert (status["paused"]["phase"], status["paused"]["reason"]) == ("paused", "a test")
        assert evergreen(aws, "approve")[0] == 1
        assert local_terraform.plan_changes(aws.home, VARIABLES) == 0, "an apply does not resume"
        aws.pass_minutes(5 * 60)
        silent = ["evergreen-production-unmonitored"]
        (alarm,) = aws.client("cloudwatch").describe_alarms(AlarmNames=silent)["MetricAlarms"]
        assert not alarm["ActionsEnabled"]
    finally:
        resumed = [evergreen(aws, "resume")[0] for _ in range(2)]
    assert resumed == [0, 0]
    assert operator.serving() == f"evergreen-production-v{good}"
    assert events.describe_rule(Name=rule)["State"] == "ENABLED"
    assert evergreen(aws, "status")[1]["paused"] is None
