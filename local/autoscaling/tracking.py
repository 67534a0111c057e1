"""Target tracking: how many instances a metric asks for, and the alarms that say so. Pure.

Application Auto Scaling's user guide, "How target tracking works": capacity is added when the
metric is above the target for three minutes, and taken away when it is below 90 % of it for
fifteen. Without requests there is no metric, and nothing is taken away.
"""

from math import ceil
from typing import Any

Json = dict[str, Any]

METRICS = {"SageMakerVariantInvocationsPerInstance": "InvocationsPerInstance"}
NAMESPACE = "AWS/SageMaker"
PERIOD_SECONDS = 60
HIGH_PERIODS, LOW_PERIODS, LOW_SHARE = 3, 15, 0.9


def metric(policy: Json) -> Json:
    """Return Namespace, MetricName and Dimensions that a policy tracks."""
    tracking = policy["TargetTrackingScalingPolicyConfiguration"]
    kind = tracking["PredefinedMetricSpecification"]["PredefinedMetricType"]
    _, endpoint, _, variant = policy["ResourceId"].split("/")
    dimensions = {"EndpointName": endpoint, "VariantName": variant}
    return {
        "Namespace": NAMESPACE,
        "MetricName": METRICS[kind],
        "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
    }


def alarms(policy: Json, unique: str) -> dict[str, Json]:
    """Return PutMetricAlarm's requests of both alarms, by `high` and `low`."""
    target = policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"]
    sides = {
        "high": ("AlarmHigh", "GreaterThanThreshold", target, HIGH_PERIODS),
        "low": ("AlarmLow", "LessThanThreshold", target * LOW_SHARE, LOW_PERIODS),
    }
    return {
        side: {
            **metric(policy),
            "AlarmName": f"TargetTracking-{policy['ResourceId']}-{name}-{unique}",
            "AlarmDescription": "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy.",
            "ComparisonOperator": comparison,
            "Threshold": threshold,
            "EvaluationPeriods": periods,
            "Period": PERIOD_SECONDS,
            "Statistic": "Sum",
            "AlarmActions": [policy["PolicyARN"]],
        }
        for side, (name, comparison, threshold, periods) in sides.items()
    }


def wanted(policy: Json, target: Json, current: int, value: float | None) -> int:
    """Return the number of instances at which the metric would be at its target.

    `value` is the metric of the newest minute with `current` instances.
    """
    if value is None:
        return current
    goal = policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"]
    found = ceil(current * value / goal - 1e-9)
    return min(max(found, target["MinCapacity"]), target["MaxCapacity"])


def cooled_down(policy: Json, side: str, last: float | None, now: float) -> bool:
    """Return whether the cooldown since the last scaling has passed."""
    tracking = policy["TargetTrackingScalingPolicyConfiguration"]
    seconds = tracking.get({"high": "ScaleOutCooldown", "low": "ScaleInCooldown"}[side], 300)
    return last is None or now - last >= seconds
