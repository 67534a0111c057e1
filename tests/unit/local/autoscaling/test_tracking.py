"""Target tracking: the number of instances, alarms and cooldowns."""

import pytest

from local.autoscaling import tracking

POLICY = {
    "ResourceId": "endpoint/loop/variant/AllTraffic",
    "PolicyARN": "arn:policy",
    "TargetTrackingScalingPolicyConfiguration": {
        "TargetValue": 100,
        "PredefinedMetricSpecification": {
            "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
        },
        "ScaleInCooldown": 600,
        "ScaleOutCooldown": 60,
    },
}
LIMITS = {"MinCapacity": 2, "MaxCapacity": 10}


@pytest.mark.parametrize(
    ("current", "value", "expected"),
    [(2, 100, 2), (2, 101, 3), (2, 1000, 10), (4, 50, 2), (4, 10, 2), (4, None, 4)],
    ids=["at the target", "above", "at most the maximum", "half", "at least the minimum", "none"],
)
def test_instances_bring_the_metric_to_its_target(current, value, expected):
    assert tracking.wanted(POLICY, LIMITS, current, value) == expected


def test_alarms_are_those_of_application_auto_scaling():
    found = tracking.alarms(POLICY, "id")
    high, low = found["high"], found["low"]
    assert high["AlarmName"] == "TargetTracking-endpoint/loop/variant/AllTraffic-AlarmHigh-id"
    assert (high["Threshold"], high["EvaluationPeriods"]) == (100, 3)
    assert (low["Threshold"], low["EvaluationPeriods"]) == (90, 15)
    assert high["MetricName"] == low["MetricName"] == "InvocationsPerInstance"


@pytest.mark.parametrize(
    ("side", "last", "expected"),
    [("high", None, True), ("high", 41, False), ("high", 40, True), ("low", 40, False)],
)
def test_cooldown_separates_two_scalings(side, last, expected):
    assert tracking.cooled_down(POLICY, side, last, 100) is expected
