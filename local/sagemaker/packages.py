"""Model packages: the versions of a group, their approval, and the events of both."""

import threading
from typing import Any

from local import runtime
from local.sagemaker import package_event, state, tags
from local.sagemaker.api import ApiError, operation
from local.sagemaker.package_groups import Group, find, groups

Json = dict[str, Any]

APPROVALS = ("Approved", "Rejected", "PendingManualApproval")
REPLACED = ("ModelApprovalStatus", "ApprovalDescription", "InferenceSpecification", "SourceUri")
NOT_KEPT = frozenset({"Tags", "ClientToken", "ModelPackageGroupName"})
_lock = threading.RLock()


def _find(name: str) -> tuple[Group, int]:
    """Return group and number of a version given by ARN (or `<group>/<number>`)."""
    *_, group_name, number = ("", *name.split("/"))
    group = groups.get(group_name)
    if group is None or not number.isdigit() or int(number) not in group.versions:
        raise ApiError("ValidationException", f"ModelPackage {name} does not exist.")
    return group, int(number)


def _approval(body: Json) -> str:
    status = str(body.get("ModelApprovalStatus", "PendingManualApproval"))
    if status not in APPROVALS:
        raise ApiError("ValidationException", f"ModelApprovalStatus {status} is not one of them")
    return status


@operation("CreateModelPackage")
def create(body: Json) -> Json:
    """Add a version to a group."""
    if not body.get("ModelPackageGroupName"):
        message = (
            "The local AWS has versioned model packages only: ModelPackageGroupName is missing"
        )
        raise ApiError("ValidationException", message)
    status = _approval(body)
    with _lock:
        group = find(body["ModelPackageGroupName"])
        group.last_version += 1
        name, number = group.described["ModelPackageGroupName"], group.last_version
        now = runtime.clock.now()
        package = group.versions[number] = {
            **{key: value for key, value in body.items() if key not in NOT_KEPT},
            "ModelPackageGroupName": name,
            "ModelPackageVersion": number,
            "ModelPackageArn": state.arn("model-package", f"{name}/{number}"),
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "CertifyForMarketplace": bool(body.get("CertifyForMarketplace")),
            "ModelApprovalStatus": status,
            "CreationTime": now,
            "LastModifiedTime": now,
            "CreatedBy": {},
        }
        tags.keep(package["ModelPackageArn"], body)
        package_event.emit(package)
    return {"ModelPackageArn": package["ModelPackageArn"]}


@operation("DescribeModelPackage")
def describe(body: Json) -> Json:
    """Show a version."""
    group, number = _find(body["ModelPackageName"])
    return group.versions[number]


@operation("UpdateModelPackage")
def update(body: Json) -> Json:
    """Approve or reject a version, or change what is noted about it."""
    with _lock:
        group, number = _find(body["ModelPackageArn"])
        package = dict(group.versions[number])
        asked = [name for name in REPLACED if name in body]
        package.update({name: body[name] for name in asked})
        _approval(package)
        removed = body.get("CustomerMetadataPropertiesToRemove", [])
        if removed or "CustomerMetadataProperties" in body:
            asked.append("CustomerMetadataProperties")
            kept = package.get("CustomerMetadataProperties", {})
            noted = {key: value for key, value in kept.items() if key not in removed}
            noted.update(body.get("CustomerMetadataProperties", {}))
            package["CustomerMetadataProperties"] = noted
        package["LastModifiedTime"] = runtime.clock.now()
        package["LastModifiedBy"] = {}
        group.versions[number] = package
        package_event.emit(package, asked)
    return {"ModelPackageArn": package["ModelPackageArn"]}


@operation("DeleteModelPackage")
def delete(body: Json) -> Json:
    """Remove a version; its number is not used again."""
    with _lock:
        group, number = _find(body["ModelPackageName"])
        del group.versions[number]
    return {}
