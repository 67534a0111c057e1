"""CodeDeploy's API for Lambda functions."""

import secrets
from collections.abc import Callable
from typing import Any

from local import runtime
from local.codedeploy import deployments, groups, traffic
from local.http_messages import Request, Response, error, json_response
from local.sagemaker.api import LOCK, ApiError

Json = dict[str, Any]

REPORTED = ("Succeeded", "Failed")

GROUP_NAMES = ("applicationName", "deploymentGroupName")


def create_deployment(body: Json) -> Json:
    """Start a deployment; a group has one at a time."""
    group = groups.group(body)
    try:
        traffic.app_spec(body["revision"])
    except traffic.AppSpecError as refused:
        raise ApiError("InvalidRevisionException", str(refused)) from None
    if active := _selected(body | {"includeOnlyStatuses": ["InProgress"]}):
        message = f"The deployment group already has an active deployment '{active[0]}'"
        raise ApiError("DeploymentLimitExceededException", message)
    record = {
        "applicationName": body["applicationName"],
        "computePlatform": "Lambda",
        "createTime": runtime.clock.now(),
        "creator": "user",
        "deploymentConfigName": body.get("deploymentConfigName") or group["deploymentConfigName"],
        "deploymentGroupName": body["deploymentGroupName"],
        "deploymentId": f"d-{secrets.token_hex(5)[:9].upper()}",
        "description": body.get("description", ""),
        "revision": body["revision"],
        "status": "InProgress",
    }
    deployments.start(record, group)
    return {"deploymentId": record["deploymentId"]}


def get_deployment(body: Json) -> Json:
    """Describe a deployment."""
    return {"deploymentInfo": _deployment(body)["record"]}


def list_deployments(body: Json) -> Json:
    """List the deployments of a group, or without names all, by state, newest first."""
    missing = [name for name in GROUP_NAMES if name not in body]
    if len(missing) == 1:
        code = f"{missing[0][0].upper()}{missing[0][1:]}RequiredException"
        raise ApiError(code, f"{missing[0]}: got nothing, expected a name")
    if not missing:
        groups.group(body)
    return {"deployments": _selected(body)}


def stop_deployment(body: Json) -> Json:
    """Stop a deployment; the group decides whether it is rolled back."""
    found = _deployment(body)
    if found["record"]["status"] != "InProgress":
        message = f"The deployment {body['deploymentId']} is already completed"
        raise ApiError("DeploymentAlreadyCompletedException", message)
    found["stop"] = True
    return {"status": "Pending", "statusMessage": "Stopping"}


def report(body: Json) -> Json:
    """Accept the report of a hook, once."""
    hooks, execution = _deployment(body)["hooks"], body["lifecycleEventHookExecutionId"]
    if execution not in hooks:
        code = "InvalidLifecycleEventHookExecutionIdException"
        raise ApiError(code, f"{execution} is not a hook of {body['deploymentId']}")
    if hooks[execution] != "Pending":
        message = f"{execution} has already reported"
        raise ApiError("LifecycleEventAlreadyCompletedException", message)
    if body.get("status") not in REPORTED:
        message = f"status: got {body.get('status')}, expected one of {', '.join(REPORTED)}"
        raise ApiError("InvalidLifecycleEventHookExecutionStatusException", message)
    hooks[execution] = body["status"]
    return {"lifecycleEventHookExecutionId": execution}


OPERATIONS: dict[str, Callable[[Json], Json]] = {
    "CreateApplication": groups.create_application,
    "CreateDeployment": create_deployment,
    "CreateDeploymentGroup": groups.create_group,
    "DeleteApplication": groups.delete_application,
    "DeleteDeploymentGroup": groups.delete_group,
    "GetApplication": groups.get_application,
    "GetDeployment": get_deployment,
    "GetDeploymentGroup": groups.get_group,
    "ListDeployments": list_deployments,
    "ListTagsForResource": groups.list_tags,
    "PutLifecycleEventHookExecutionStatus": report,
    "StopDeployment": stop_deployment,
    "TagResource": groups.tag,
    "UntagResource": groups.untag,
    "UpdateDeploymentGroup": groups.update_group,
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


def _deployment(body: Json) -> Json:
    if (found := deployments.deployments.get(body["deploymentId"])) is None:
        message = f"The deployment {body['deploymentId']} could not be found"
        raise ApiError("DeploymentDoesNotExistException", message)
    return found


def _selected(body: Json) -> list[str]:
    names = [name for name in GROUP_NAMES if name in body]
    states = body.get("includeOnlyStatuses") or list(deployments.STATES)
    records = [found["record"] for found in deployments.deployments.values()]
    return [
        record["deploymentId"]
        for record in reversed(records)
        if record["status"] in states and all(record[name] == body[name] for name in names)
    ]
