"""Model package groups, which contain the versions of a model."""

from dataclasses import dataclass, field

from local import runtime
from local.sagemaker import store, tags
from local.sagemaker.api import ApiError, Json, operation

LISTED = (
    "ModelPackageGroupName",
    "ModelPackageGroupArn",
    "ModelPackageGroupDescription",
    "CreationTime",
    "ModelPackageGroupStatus",
)


@dataclass(slots=True)
class PackageGroup:
    """A group with its versions by number; numbers are not reused."""

    record: Json
    versions: dict[int, Json] = field(default_factory=dict)
    last_version: int = 0
    tokens: dict[str, int] = field(default_factory=dict)  # versions by ClientToken


groups: store.Store[PackageGroup] = store.Store(
    "model-package-group",
    missing="ModelPackageGroup {arn} does not exist.",
    taken="Model Package Group already exists: {arn}",
)
policies: dict[str, str] = {}  # by ARN of the group
store.register_reads(
    groups, "ModelPackageGroup", LISTED, "ModelPackageGroupSummaryList", lambda group: group.record
)


@operation("CreateModelPackageGroup")
def create(body: Json) -> Json:
    """Create a group."""
    name = body["ModelPackageGroupName"]
    arn = groups.arn(name)
    record = store.without_tags(body) | {
        "ModelPackageGroupArn": arn,
        "ModelPackageGroupStatus": "Completed",
        "CreationTime": runtime.clock.now(),
        "CreatedBy": {},
    }
    groups.add(name, PackageGroup(record))
    tags.store(arn, body)
    return {"ModelPackageGroupArn": arn}


@operation("DeleteModelPackageGroup")
def delete(body: Json) -> Json:
    """Delete a group without versions."""
    group = groups.get(body["ModelPackageGroupName"])
    if group.versions:
        arn = group.record["ModelPackageGroupArn"]
        message = f"Model Package Group {arn} cannot be deleted: it contains Model Packages."
        raise ApiError("ConflictException", message)
    policies.pop(group.record["ModelPackageGroupArn"], None)
    groups.remove(body["ModelPackageGroupName"])
    return {}
