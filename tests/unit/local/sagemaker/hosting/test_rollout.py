"""Steps of a deployment, and what SageMaker refuses."""

import pytest

from local.sagemaker.hosting.rollout import AT_ONCE, RolloutError, Step, parse


def blue_green(kind, size=None, value=0, unit="CAPACITY_PERCENT", wait=600, **policy):
    routing = {"Type": kind, "WaitIntervalInSeconds": wait}
    if size:
        routing[size] = {"Type": unit, "Value": value}
    return {
        "BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing, **policy},
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]},
    }


def test_without_a_configuration_all_requests_move_at_once():
    assert parse(None, 1) == AT_ONCE
    assert AT_ONCE.steps == (Step(1.0, 0),)


def test_canary_is_watched_before_the_rest_follows():
    config = blue_green("CANARY", "CanarySize", 50, TerminationWaitInSeconds=300)
    found = parse(config, 2)
    assert found.steps == (Step(0.5, 600), Step(1.0, 300))
    assert found.alarms == ("errors",)


def test_linear_steps_are_equal():
    config = blue_green("LINEAR", "LinearStepSize", 1, "INSTANCE_COUNT", wait=60)
    assert [step.share for step in parse(config, 4).steps] == [0.25, 0.5, 0.75, 1.0]


def test_all_at_once_is_watched_after_the_shift():
    config = blue_green("ALL_AT_ONCE", TerminationWaitInSeconds=120)
    assert parse(config, 1).steps == (Step(1.0, 120),)


@pytest.mark.parametrize(
    ("config", "instances", "message"),
    [
        (blue_green("CANARY", "CanarySize", 60), 5, "CanarySize: got 60%"),
        (blue_green("CANARY", "CanarySize", 2, "INSTANCE_COUNT"), 3, "CanarySize: got 67%"),
        (blue_green("CANARY", "CanarySize", 30), 1, "30% of 1 instances, expected at least one"),
        (blue_green("CANARY", "CanarySize", 1, "INSTANCE_COUNT"), 1, "CanarySize: got 100%"),
        (blue_green("CANARY"), 2, "CanarySize: got none"),
        (blue_green("LINEAR", "LinearStepSize", 5), 20, "LinearStepSize: got 5%"),
        (blue_green("LINEAR", "LinearStepSize", 60), 5, "LinearStepSize: got 60%"),
        (
            blue_green("CANARY", "CanarySize", 50, MaximumExecutionTimeoutInSeconds=600),
            2,
            "MaximumExecutionTimeoutInSeconds: got 600",
        ),
        ({"RollingUpdatePolicy": {}}, 2, "RollingUpdatePolicy"),
    ],
)
def test_what_sagemaker_refuses_is_refused(config, instances, message):
    with pytest.raises(RolloutError, match=message):
        parse(config, instances)
