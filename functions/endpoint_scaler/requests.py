"""Requests to Application Auto Scaling for the variant of an endpoint. Pure."""

from typing import Any

from pydantic import BaseModel, ConfigDict, PositiveInt

POLICY = "invocations-per-instance"
METRIC = "SageMakerVariantInvocationsPerInstance"


class Autoscaling(BaseModel):
    """Target tracking by invocations per instance and minute."""

    model_config = ConfigDict(defer_build=True, frozen=True)

    invocations_per_instance: float
    max_capacity: PositiveInt
    min_capacity: PositiveInt
    scale_in_cooldown_seconds: int
    scale_out_cooldown_seconds: int


def resource(endpoint: str, variant: str) -> dict[str, Any]:
    """Return the fields that name a scalable target in every request."""
    return {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{endpoint}/variant/{variant}",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }


def target(settings: Autoscaling) -> dict[str, Any]:
    """Return the limits of RegisterScalableTarget."""
    return {"MinCapacity": settings.min_capacity, "MaxCapacity": settings.max_capacity}


def policy(settings: Autoscaling) -> dict[str, Any]:
    """Return the policy of PutScalingPolicy."""
    return {
        "PolicyName": POLICY,
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": {
            "TargetValue": settings.invocations_per_instance,
            "PredefinedMetricSpecification": {"PredefinedMetricType": METRIC},
            "ScaleInCooldown": settings.scale_in_cooldown_seconds,
            "ScaleOutCooldown": settings.scale_out_cooldown_seconds,
        },
    }
