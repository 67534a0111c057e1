"""Application Auto Scaling: scalable targets and policies of the variants of endpoints."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local import ministack, runtime
from local.autoscaling import tracking
from local.cloudwatch import alarm_api
from local.http_messages import Request, Response, error, json_response
from local.sagemaker.api import LOCK, ApiError
from local.sagemaker.hosting.endpoints import endpoints

Json = dict[str, Any]

RESOURCE = re.compile(r"endpoint/([^/]+)/variant/([^/]+)")
DIMENSION = "sagemaker:variant:DesiredInstanceCount"
BURSTABLE = "ml.t2."


@dataclass(slots=True)
class Target:
    """A scalable target with its policies; policies have their alarms under `Alarms`."""

    record: Json
    policies: dict[str, Json] = field(default_factory=dict)
    activities: list[Json] = field(default_factory=list)
    last_scaled: float | None = None  # epoch seconds


targets: dict[str, Target] = {}  # by resource id


def register(body: Json) -> Json:
    """Register or update a target."""
    name = body["ResourceId"]
    known = targets.get(name)
    record = {**(known.record if known else {}), **body}
    _check(record)
    if known:
        known.record = record
    else:
        arn = f"arn:aws:application-autoscaling:{runtime.REGION}:{runtime.account}"
        record["ScalableTargetARN"] = f"{arn}:scalable-target/{uuid.uuid4().hex}"
        record["CreationTime"] = runtime.clock.now()
        targets[name] = Target(record)
    return {"ScalableTargetARN": targets[name].record["ScalableTargetARN"]}


def deregister(body: Json) -> Json:
    """Remove a target with its policies and their alarms."""
    for policy in list(_target(body).policies):
        delete_policy(body | {"PolicyName": policy})
    del targets[body["ResourceId"]]
    return {}


def put_policy(body: Json) -> Json:
    """Create or update a target-tracking policy and its alarms."""
    target = _target(body)
    if body.get("PolicyType") != "TargetTrackingScaling":
        raise ApiError(
            "ValidationException", "only TargetTrackingScaling is part of the local AWS"
        )
    kind = (body["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"])[
        "PredefinedMetricType"
    ]
    if kind not in tracking.METRICS:
        raise ApiError("ValidationException", f"{kind} is not part of the local AWS")
    known = target.policies.get(body["PolicyName"])
    if known:
        _delete_alarms(known)
    unique = known["Unique"] if known else str(uuid.uuid4())
    arn = f"arn:aws:autoscaling:{runtime.REGION}:{runtime.account}:scalingPolicy:{unique}"
    path = f"resource/sagemaker/{body['ResourceId']}:policyName/{body['PolicyName']}"
    policy = {**body, "PolicyARN": f"{arn}:{path}", "Unique": unique}
    policy["CreationTime"] = known["CreationTime"] if known else runtime.clock.now()
    requests = tracking.alarms(policy, unique)
    for request in requests.values():
        alarm_api.put_metric_alarm({}, request, is_cbor=False, is_json=True)
    policy["Sides"] = {side: request["AlarmName"] for side, request in requests.items()}
    policy["Alarms"] = [
        {"AlarmName": name, "AlarmARN": ministack.alarms[name]["AlarmArn"]}
        for name in policy["Sides"].values()
    ]
    target.policies[body["PolicyName"]] = policy
    return {"PolicyARN": policy["PolicyARN"], "Alarms": policy["Alarms"]}


def delete_policy(body: Json) -> Json:
    """Delete a policy and its alarms."""
    policy = _target(body).policies.pop(body["PolicyName"], None)
    if policy is None:
        raise ApiError("ObjectNotFoundException", f"No scaling policy {body['PolicyName']} found")
    _delete_alarms(policy)
    return {}


def describe_targets(body: Json) -> Json:
    """List targets."""
    return {"ScalableTargets": [target.record for target in _selected(body)]}


def describe_policies(body: Json) -> Json:
    """List policies."""
    hidden = ("Sides", "Unique")
    return {
        "ScalingPolicies": [
            {key: value for key, value in policy.items() if key not in hidden}
            for target in _selected(body)
            for policy in target.policies.values()
        ]
    }


def describe_activities(body: Json) -> Json:
    """List scaling activities, newest first."""
    found = [activity for target in _selected(body) for activity in target.activities]
    return {"ScalingActivities": found[::-1]}


OPERATIONS: dict[str, Callable[[Json], Json]] = {
    "DeleteScalingPolicy": delete_policy,
    "DeregisterScalableTarget": deregister,
    "DescribeScalableTargets": describe_targets,
    "DescribeScalingActivities": describe_activities,
    "DescribeScalingPolicies": describe_policies,
    "PutScalingPolicy": put_policy,
    "RegisterScalableTarget": register,
}


def handle(request: Request) -> Response:
    """Handle a request of the JSON protocol."""
    name = request.headers.get("x-amz-target", "").rpartition(".")[2]
    if name not in OPERATIONS:
        return error("UnknownOperationException", f"{name} is not part of the local AWS")
    try:
        with LOCK:
            return json_response(OPERATIONS[name](request.json()))
    except ApiError as refused:
        return error(refused.code, refused.message, refused.status)


def _selected(body: Json) -> list[Target]:
    wanted = body.get("ResourceIds") or ([body["ResourceId"]] if "ResourceId" in body else targets)
    return [target for name, target in targets.items() if name in wanted]


def _target(body: Json) -> Target:
    if (found := targets.get(body["ResourceId"])) is None:
        message = f"No scalable target registered for {body['ResourceId']}"
        raise ApiError("ObjectNotFoundException", message)
    return found


def _check(record: Json) -> None:
    """Raise ApiError for a target that cannot be scaled."""
    parsed = RESOURCE.fullmatch(record["ResourceId"])
    if record["ScalableDimension"] != DIMENSION or parsed is None:
        raise ApiError("ValidationException", f"only {DIMENSION} is part of the local AWS")
    low, high = record.get("MinCapacity"), record.get("MaxCapacity")
    if low is None or high is None or not 1 <= low <= high:
        message = f"capacity: got {low} to {high}, expected 1 <= MinCapacity <= MaxCapacity"
        raise ApiError("ValidationException", message)
    name, variant_name = parsed.groups()
    fleet = endpoints.get(name).fleet
    variant = fleet.production.get(variant_name) if fleet else None
    if variant is None:
        raise ApiError("ValidationException", f"{record['ResourceId']} is not in service")
    kind = variant.spec.get("InstanceType", "serverless")
    if kind.startswith(BURSTABLE) or kind == "serverless":
        message = f"Autoscaling is not supported for {kind} of variant {variant_name}."
        raise ApiError("ValidationException", message)


def _delete_alarms(policy: Json) -> None:
    for name in policy["Sides"].values():
        ministack.alarms.pop(name, None)
