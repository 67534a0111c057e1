"""Policies of model package groups, by which another account may use the versions of a group."""

import json

from local.iam import policy_documents, resource_policies
from local.peers import PeerError
from local.sagemaker.api import ApiError, Json, operation
from local.sagemaker.registry.package_groups import groups, policies

KINDS = ("model-package", "model-package-group")


@operation("PutModelPackageGroupPolicy")
def put(body: Json) -> Json:
    """Set the policy of a group."""
    arn = _arn(body)
    try:
        reason = policy_documents.problem(body["ResourcePolicy"])
    except PeerError as down:
        raise ApiError("ServiceUnavailable", str(down), 503) from down
    if reason or (reason := _unusable(body["ResourcePolicy"], arn)):
        raise ApiError("ValidationException", f"Invalid policy provided: {reason}")
    policies[arn] = body["ResourcePolicy"]
    return {"ModelPackageGroupArn": arn}


@operation("GetModelPackageGroupPolicy")
def get(body: Json) -> Json:
    """Return the policy of a group."""
    arn = _arn(body)
    if arn not in policies:
        raise ApiError("ValidationException", f"Cannot find resource policy for {arn}.")
    return {"ResourcePolicy": policies[arn]}


@operation("DeleteModelPackageGroupPolicy")
def delete(body: Json) -> Json:
    """Delete the policy of a group."""
    get(body)
    del policies[_arn(body)]
    return {}


def _arn(body: Json) -> str:
    """Return the ARN of a group; ApiError with the message that Terraform expects."""
    name = body["ModelPackageGroupName"]
    try:
        return str(groups.get(name).record["ModelPackageGroupArn"])
    except ApiError:
        message = f"Cannot find Model Package Group: {groups.arn(name)}"
        raise ApiError("ValidationException", message) from None


def _unusable(text: str, arn: str) -> str | None:
    """Return why SageMaker does not accept a policy: other resources, a principal twice."""
    prefix, name = arn.rsplit(":model-package-group/", 1)
    own = tuple(f"{prefix}:{kind}/{name}" for kind in KINDS)
    found = json.loads(text)["Statement"]
    for statement in found if isinstance(found, list) else [found]:
        for resource in _listed(statement.get("Resource")):
            if not (resource in own or resource.startswith(f"{own[0]}/")):
                return f"Resource: got {resource}, expected {own[1]} or {own[0]}/*"
        principal = statement["Principal"]
        named = _listed(principal.get("AWS")) if isinstance(principal, dict) else []
        if len(set(named)) < len(named):
            return "Duplicate principal"
    return None


def _listed(value: object) -> list[str]:
    if isinstance(value, list):
        return value
    return [] if value is None else [str(value)]


def _policy_of(arn: str) -> str | None:
    """Return the policy that applies to a group or to one of its versions, empty if none."""
    prefix, _, resource = arn.rpartition(":")
    kind, _, name = resource.partition("/")
    if kind not in KINDS:
        return None
    return policies.get(f"{prefix}:{KINDS[1]}/{name.partition('/')[0]}", "")


resource_policies.register("sagemaker", _policy_of)
