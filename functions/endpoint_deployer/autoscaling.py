"""The scalable target and the policy of an endpoint. Pure."""

from typing import Any

from endpoint_deployer.sagemaker_requests import VARIANT
from endpoint_deployer.settings import Autoscaling

POLICY = "invocations-per-instance"
METRIC = "SageMakerVariantInvocationsPerInstance"


def resource(endpoint: str) -> dict[str, str]:
    """Return the fields that name a scalable target in every request."""
    return {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{endpoint}/variant/{VARIANT}",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }


def target(endpoint: str, settings: Autoscaling) -> dict[str, Any]:
    """Return RegisterScalableTarget's request."""
    return {
        **resource(endpoint),
        "MinCapacity": settings.min_capacity,
        "MaxCapacity": settings.max_capacity,
    }


def policy(endpoint: str, settings: Autoscaling) -> dict[str, Any]:
    """Return PutScalingPolicy's request: instances keep a number of invocations per minute."""
    return {
        **resource(endpoint),
        "PolicyName": POLICY,
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": {
            "TargetValue": settings.invocations_per_instance,
            "PredefinedMetricSpecification": {"PredefinedMetricType": METRIC},
            "ScaleInCooldown": settings.scale_in_cooldown_seconds,
            "ScaleOutCooldown": settings.scale_out_cooldown_seconds,
        },
    }
