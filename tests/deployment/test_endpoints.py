"""Guarded production: test before traffic, canary, rollback, autoscaling, variants, schedule."""

import pytest

from scripts import local_terraform
from tests.support.deployed_loop import deployed, evergreen
from tests.support.deployed_variables import VARIABLES
from tests.support.loop_operator import CALM, Operator, start_with_rows

pytestmark = pytest.mark.integration

ENDPOINTS = {
    "autoscaling": {"invocations_per_instance": 750, "max_capacity": 10, "min_capacity": 2},
    "production_instance_count": 2,
    "production_instance_type": "ml.m5.large",
    "schedule": {"start": "cron(0 6 * * ? *)", "stop": "cron(0 20 * * ? *)"},
    "shift": {"kind": "canary", "percent": 50},
}
PRODUCTION, BEFORE_TRAFFIC = "evergreen-production", "evergreen-pre-traffic"
SHIFT_MINUTES = 25  # canary and termination, with the waits of the state machine


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    with deployed(tmp_path_factory.mktemp("endpoints"), endpoints=ENDPOINTS) as aws:
        yield aws


@pytest.fixture(scope="module")
def operator(aws):
    return Operator(aws, local_terraform.output(aws.home), start_with_rows(aws))


@pytest.fixture(scope="module")
def good(operator, tmp_path_factory):
    """Deploy a first version -> its number."""
    version = operator.register("good", tmp_path_factory.mktemp("good"), "reference", CALM)
    operator.deploy(version)
    return version


@pytest.fixture
def another(operator, good, tmp_path):
    """Register another version -> its number."""
    return operator.register(f"after-{good}-{tmp_path.name}", tmp_path, "reference", CALM)


def scaled(aws):
    found = aws.client("application-autoscaling").describe_scalable_targets(
        ServiceNamespace="sagemaker"
    )["ScalableTargets"]
    return [(item["ResourceId"], item["MinCapacity"], item["MaxCapacity"]) for item in found]


def names(aws):
    found = aws.client("sagemaker").list_endpoints()["Endpoints"]
    return sorted(endpoint["EndpointName"] for endpoint in found)


def test_first_version_serves_on_two_instances_that_scale(aws, operator, good):
    assert operator.serving() == f"{PRODUCTION}-v{good}"
    described = aws.client("sagemaker").describe_endpoint(EndpointName=PRODUCTION)
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    assert described["DataCaptureConfig"]["CurrentSamplingPercentage"] == 80
    assert names(aws) == [PRODUCTION]
    assert scaled(aws) == [(f"endpoint/{PRODUCTION}/variant/AllTraffic", 2, 10)]


def test_version_that_fails_before_its_traffic_leaves_production_untouched(
    aws, operator, good, another
):
    sagemaker = aws.client("sagemaker")
    before = sagemaker.describe_endpoint(EndpointName=PRODUCTION)
    fault = {"service": "endpoint", "operation": BEFORE_TRAFFIC, "kill": True, "times": 100}
    aws.post("faults", faults=[fault])
    try:
        operator.approve(another)
        aws.pass_minutes(10)
    finally:
        aws.post("faults", faults=[])
    failed = operator.history()["failed_deployments"][-1]
    assert (failed["stage"], failed["error"]) == ("pre-traffic", "ModelError")
    assert (
        sagemaker.describe_endpoint(EndpointName=PRODUCTION)
        | {"ResponseMetadata": before["ResponseMetadata"]}
        == before
    )
    assert names(aws) == [PRODUCTION]


def test_alarm_during_the_canary_rolls_back(aws, operator, good, another):
    operator.approve(another)
    aws.pass_minutes(3)
    described = aws.client("sagemaker").describe_endpoint(EndpointName=PRODUCTION)
    [pending] = described["PendingDeploymentSummary"]["ProductionVariants"]
    assert pending["VariantStatus"][0]["Status"] == "Baking"
    aws.client("cloudwatch").set_alarm_state(
        AlarmName=f"{PRODUCTION}-errors", StateValue="ALARM", StateReason="a test"
    )
    aws.pass_minutes(2)
    assert operator.serving() == f"{PRODUCTION}-v{good}"
    failed = operator.history()["failed_deployments"][-1]
    assert failed["stage"] == "production"
    assert f"{PRODUCTION}-errors" in failed["cause"]


def test_version_that_passes_replaces_the_other_with_as_many_instances(
    aws, operator, good, another
):
    change = {"VariantName": "AllTraffic", "DesiredInstanceCount": 3}  # as the load would
    aws.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=PRODUCTION, DesiredWeightsAndCapacities=[change]
    )
    aws.settle()
    operator.deploy(another, SHIFT_MINUTES)
    described = aws.client("sagemaker").describe_endpoint(EndpointName=PRODUCTION)
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 3


def test_second_version_is_started_and_ended(aws, operator, good):
    present = operator.serving()
    assert evergreen(aws, "endpoint", "split", str(good), "--weight", "0.1")[0] == 0
    aws.pass_minutes(2)
    assert operator.serving() == f"{present}-split-v{good}-1000"
    rows = evergreen(aws, "endpoint")[1]["variants"]
    assert [(row["variant"], row["weight"]) for row in rows] == [
        ("AllTraffic", 0.9),
        ("Challenger", 0.1),
    ]
    [production] = [r for r in evergreen(aws, "status")[1]["endpoints"] if r["version"]]
    assert f"{PRODUCTION}-v{production['version']}" == present
    assert evergreen(aws, "endpoint", "single", "--comment", "enough")[0] == 0
    aws.pass_minutes(2)
    assert operator.serving() == present
    changes = operator.decisions("Variants Changed")
    assert [change["variants"]["kind"] for change in changes] == ["split", "single"]
    assert changes[-1]["approval"]["comment"] == "enough"


def test_production_is_stopped_for_the_night(aws, operator, good):
    served, alarm = operator.serving(), f"{PRODUCTION}-unmonitored"
    cloudwatch = aws.client("cloudwatch")

    def is_muted():
        [found] = cloudwatch.describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
        return not found["ActionsEnabled"]

    evening = aws.now().replace(hour=20, minute=1, second=0)
    aws.advance(evening)
    aws.settle()
    assert names(aws) == []
    assert scaled(aws) == []
    assert is_muted()
    variables = VARIABLES | {"endpoints": ENDPOINTS}
    assert local_terraform.plan_changes(aws.home, variables) == 0, "an apply does not unmute it"
    aws.pass_minutes(10 * 60)
    assert operator.serving() == served
    assert len(scaled(aws)) == 1
    assert not is_muted()


def test_switched_off_autoscaling_leaves_no_target(aws, good):
    changed = ENDPOINTS | {"autoscaling": None}
    local_terraform.apply(aws.home, VARIABLES | {"endpoints": changed})
    assert scaled(aws) == []
    assert names(aws) == [PRODUCTION]
