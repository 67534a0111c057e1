"""CodeDeploy's applications and deployment groups of Lambda functions, with their tags."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from local import runtime
from local.codedeploy import traffic
from local.sagemaker.api import ApiError

Json = dict[str, Any]

HIDDEN = {"applicationName", "currentDeploymentGroupName", "newDeploymentGroupName", "tags"}


@dataclass(slots=True)
class Application:
    """An application with its deployment groups by name."""

    record: Json
    groups: dict[str, Json] = field(default_factory=dict)


applications: dict[str, Application] = {}
tags: dict[str, dict[str, str]] = {}  # by ARN


def arn(kind: str, name: str) -> str:
    """Return the ARN of an `application` or `deploymentgroup`."""
    return f"arn:aws:codedeploy:{runtime.REGION}:{runtime.account}:{kind}:{name}"


def application(name: str) -> Application:
    """Return an application; raises ApiError."""
    if (found := applications.get(name)) is None:
        raise ApiError(
            "ApplicationDoesNotExistException", f"No application found for name: {name}"
        )
    return found


def group(body: Json) -> Json:
    """Return the deployment group that a request names; raises ApiError."""
    groups = application(body["applicationName"]).groups
    name = body.get("deploymentGroupName") or body.get("currentDeploymentGroupName") or ""
    if name not in groups:
        message = f"No Deployment Group found for name: {name}"
        raise ApiError("DeploymentGroupDoesNotExistException", message)
    return groups[name]


def create_application(body: Json) -> Json:
    """Create an application."""
    name = body["applicationName"]
    if name in applications:
        raise ApiError("ApplicationAlreadyExistsException", f"{name} already exists")
    if body.get("computePlatform") != "Lambda":
        message = "only computePlatform Lambda is part of the local AWS"
        raise ApiError("InvalidComputePlatformException", message)
    record = {
        "applicationId": str(uuid.uuid4()),
        "applicationName": name,
        "computePlatform": "Lambda",
        "createTime": runtime.clock.now(),
        "linkedToGitHub": False,
    }
    applications[name] = Application(record)
    tag({"ResourceArn": arn("application", name), "Tags": body.get("tags", [])})
    return {"applicationId": record["applicationId"]}


def get_application(body: Json) -> Json:
    """Describe an application."""
    return {"application": application(body["applicationName"]).record}


def delete_application(body: Json) -> Json:
    """Delete an application with its groups; one that does not exist is no error."""
    applications.pop(body["applicationName"], None)
    tags.pop(arn("application", body["applicationName"]), None)
    return {}


def create_group(body: Json) -> Json:
    """Create a deployment group."""
    found, name = application(body["applicationName"]), body["deploymentGroupName"]
    if name in found.groups:
        raise ApiError("DeploymentGroupAlreadyExistsException", f"{name} already exists")
    record = {"deploymentGroupId": str(uuid.uuid4()), "computePlatform": "Lambda"}
    found.groups[name] = record | _checked(body) | {"applicationName": body["applicationName"]}
    path = f"{body['applicationName']}/{name}"
    tag({"ResourceArn": arn("deploymentgroup", path), "Tags": body.get("tags", [])})
    return {"deploymentGroupId": record["deploymentGroupId"]}


def get_group(body: Json) -> Json:
    """Describe a deployment group."""
    return {"deploymentGroupInfo": group(body)}


def update_group(body: Json) -> Json:
    """Change the given fields of a deployment group."""
    group(body).update(_checked(body))
    return {}


def delete_group(body: Json) -> Json:
    """Delete a deployment group; one that does not exist is no error."""
    found = applications.get(body["applicationName"])
    if found is not None:
        found.groups.pop(body["deploymentGroupName"], None)
    path = f"{body['applicationName']}/{body['deploymentGroupName']}"
    tags.pop(arn("deploymentgroup", path), None)
    return {}


def tag(body: Json) -> Json:
    """Add tags."""
    found = tags.setdefault(body["ResourceArn"], {})
    found |= {entry["Key"]: entry["Value"] for entry in body["Tags"]}
    return {}


def untag(body: Json) -> Json:
    """Remove tags."""
    for key in body["TagKeys"]:
        tags.get(body["ResourceArn"], {}).pop(key, None)
    return {}


def list_tags(body: Json) -> Json:
    """List the tags of a resource."""
    found = tags.get(body["ResourceArn"], {})
    return {"Tags": [{"Key": key, "Value": value} for key, value in found.items()]}


def _checked(body: Json) -> Json:
    """Return the fields of a group; raises ApiError for what is not part of the local AWS."""
    if (name := body.get("deploymentConfigName")) is not None:
        try:
            traffic.steps(name)
        except traffic.UnknownConfigurationError:
            message = f"No Deployment Configuration found for name: {name}"
            raise ApiError("DeploymentConfigDoesNotExistException", message) from None
    return {key: value for key, value in body.items() if key not in HIDDEN}
