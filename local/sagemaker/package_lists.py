"""The lists of model package groups and of their versions."""

from typing import Any

from local.sagemaker.api import operation
from local.sagemaker.package_groups import find, groups
from local.sagemaker.state import page

Json = dict[str, Any]
GROUP_FIELDS = (
    "ModelPackageGroupName",
    "ModelPackageGroupArn",
    "ModelPackageGroupDescription",
    "CreationTime",
    "ModelPackageGroupStatus",
)
PACKAGE_FIELDS = (
    "ModelPackageGroupName",
    "ModelPackageVersion",
    "ModelPackageArn",
    "ModelPackageDescription",
    "CreationTime",
    "ModelPackageStatus",
    "ModelApprovalStatus",
)


@operation("ListModelPackageGroups")
def list_groups(body: Json) -> Json:
    """List groups, the newest first."""
    found = [
        {key: group.described[key] for key in GROUP_FIELDS if key in group.described}
        for name, group in groups.items()
        if body.get("NameContains", "") in name
    ]
    return page("ModelPackageGroupSummaryList", found, body, name="ModelPackageGroupName")


@operation("ListModelPackages")
def list_packages(body: Json) -> Json:
    """List versions by group and approval, the newest first; without a group there are none.

    Every package here is a version, and AWS lists versions only when asked for their group
    (or with ModelPackageType Versioned or Both).
    """
    if body.get("ModelPackageGroupName"):
        chosen = [find(body["ModelPackageGroupName"])]
    elif body.get("ModelPackageType", "Unversioned") in {"Versioned", "Both"}:
        chosen = list(groups.values())
    else:
        chosen = []
    approval = body.get("ModelApprovalStatus")
    found = [
        {key: package[key] for key in PACKAGE_FIELDS if key in package}
        for group in chosen
        for package in group.versions.values()
        if approval in {None, package["ModelApprovalStatus"]}
    ]
    return page("ModelPackageSummaryList", found, body, name="ModelPackageVersion")
