"""Every minute: endpoints get the instances that their policies ask for."""

import logging
import uuid

from local import ministack, runtime
from local.autoscaling import tracking
from local.autoscaling.targets import RESOURCE, Json, Target, targets
from local.cloudwatch import alarms, metric_store
from local.sagemaker import api
from local.sagemaker.hosting.endpoints import endpoints

log = logging.getLogger(__name__)


def scale_all() -> None:
    """Act on every policy whose alarm is raised; it is repeated while the alarm is."""
    for target in list(targets.values()):
        for policy in list(target.policies.values()):
            _scale(target, policy)


def _scale(target: Target, policy: Json) -> None:
    side = _raised(policy)
    parsed = RESOURCE.fullmatch(target.record["ResourceId"])
    if side is None or parsed is None or _suspended(target, policy, side):
        return
    name, variant = parsed.groups()
    endpoint = endpoints.items.get(name)
    if endpoint is None or endpoint.fleet is None or endpoint.status != "InService":
        return  # on AWS too, a policy waits while the endpoint is updated
    now = runtime.clock.now()
    current = len(endpoint.fleet.production[variant].instances)
    wanted = tracking.wanted(policy, target.record, current, _value(policy, now))
    grows = wanted > current
    if wanted == current or grows != (side == "high"):
        return
    if not tracking.cooled_down(policy, side, target.last_scaled, now):
        return
    change = {"VariantName": variant, "DesiredInstanceCount": wanted}
    body = {"EndpointName": name, "DesiredWeightsAndCapacities": [change]}
    api.call("UpdateEndpointWeightsAndCapacities", body)
    log.info("%s: %d -> %d instances", target.record["ResourceId"], current, wanted)
    target.last_scaled = now
    target.activities.append(_activity(target, policy, side, wanted, now))


def _raised(policy: Json) -> str | None:
    """Return the side whose alarm is raised, None if neither is."""
    for side, name in policy["Sides"].items():
        alarm = ministack.alarms.get(name)
        if alarm is not None and alarm["StateValue"] == "ALARM":
            return str(side)
    return None


def _suspended(target: Target, policy: Json, side: str) -> bool:
    state = target.record.get("SuspendedState") or {}
    if side == "high":
        return bool(state.get("DynamicScalingOutSuspended"))
    disabled = policy["TargetTrackingScalingPolicyConfiguration"].get("DisableScaleIn")
    return bool(disabled or state.get("DynamicScalingInSuspended"))


def _value(policy: Json, now: float) -> float | None:
    """Return the metric of the last full minute."""
    end = now // tracking.PERIOD_SECONDS * tracking.PERIOD_SECONDS
    period = tracking.PERIOD_SECONDS
    return metric_store.series(tracking.metric(policy), "Sum", period, 1, end)[0]


def _activity(target: Target, policy: Json, side: str, wanted: int, now: float) -> Json:
    alarm = policy["Sides"][side]
    return {
        "ActivityId": str(uuid.uuid4()),
        "ServiceNamespace": "sagemaker",
        "ResourceId": target.record["ResourceId"],
        "ScalableDimension": target.record["ScalableDimension"],
        "Description": f"Setting desired instance count to {wanted}.",
        "Cause": f"monitor alarm {alarm} in state ALARM triggered policy {policy['PolicyName']}",
        "StartTime": now,
        "EndTime": now,
        "StatusCode": "Successful",
    }


def install() -> None:
    """Act after each evaluation of the alarms."""
    alarms.after_evaluation.append(scale_all)
