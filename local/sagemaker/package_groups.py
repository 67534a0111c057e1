"""Model package groups: the names under which model versions are counted."""

from dataclasses import dataclass, field
from typing import Any

from local import runtime
from local.sagemaker import state, tags
from local.sagemaker.api import ApiError, operation

Json = dict[str, Any]


@dataclass(slots=True)
class Group:
    """A group with its versions by number; a number is never given twice."""

    described: Json
    versions: dict[int, Json] = field(default_factory=dict)
    last_version: int = 0


groups: dict[str, Group] = {}


def find(name: str) -> Group:
    """Return a group by name or ARN; raises ApiError."""
    short = name.rpartition("/")[2]
    if short not in groups:
        raise ApiError("ValidationException", f"ModelPackageGroup {arn(short)} does not exist.")
    return groups[short]


def arn(name: str) -> str:
    """Return the ARN of a group."""
    return state.arn("model-package-group", name)


@operation("CreateModelPackageGroup")
def create(body: Json) -> Json:
    """Make a group."""
    name = body["ModelPackageGroupName"]
    if name in groups:
        raise ApiError("ValidationException", f"Model Package Group already exists: {arn(name)}")
    described = {key: value for key, value in body.items() if key != "Tags"}
    described["ModelPackageGroupArn"] = arn(name)
    described["ModelPackageGroupStatus"] = "Completed"
    described["CreationTime"] = runtime.clock.now()
    described["CreatedBy"] = {}
    groups[name] = Group(described)
    tags.keep(arn(name), body)
    return {"ModelPackageGroupArn": arn(name)}


@operation("DescribeModelPackageGroup")
def describe(body: Json) -> Json:
    """Show a group."""
    return find(body["ModelPackageGroupName"]).described


@operation("DeleteModelPackageGroup")
def delete(body: Json) -> Json:
    """Remove a group that holds no version any more."""
    group = find(body["ModelPackageGroupName"])
    name = group.described["ModelPackageGroupName"]
    if group.versions:
        message = f"Model Package Group {arn(name)} cannot be deleted: it holds Model Packages."
        raise ApiError("ConflictException", message)
    del groups[name]
    return {}
