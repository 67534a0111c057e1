"""Model packages: the versions of a group, their approval, and the events of both."""

from local import runtime
from local.sagemaker import store, tags
from local.sagemaker.api import ApiError, Json, operation
from local.sagemaker.registry import package_events
from local.sagemaker.registry.package_groups import PackageGroup, groups

APPROVAL_STATUSES = ("Approved", "Rejected", "PendingManualApproval")
UPDATABLE = ("ModelApprovalStatus", "ApprovalDescription", "InferenceSpecification", "SourceUri")
NOT_STORED = frozenset({"Tags", "ClientToken", "ModelPackageGroupName"})
LISTED = (
    "ModelPackageGroupName",
    "ModelPackageVersion",
    "ModelPackageArn",
    "ModelPackageDescription",
    "CreationTime",
    "ModelPackageStatus",
    "ModelApprovalStatus",
)


def _find(name: str) -> tuple[PackageGroup, int]:
    """Return the group and number of a version by ARN or `<group>/<number>`; raises ApiError."""
    path, _, number = name.rpartition("/")
    missing = ApiError("ValidationException", f"ModelPackage {name} does not exist.")
    try:
        group = groups.get(path)
    except ApiError as error:
        raise (error if error.code == "AccessDeniedException" else missing) from None
    if not number.isdigit() or int(number) not in group.versions:
        raise missing
    return group, int(number)


def _approval_status(body: Json) -> str:
    status = str(body.get("ModelApprovalStatus", "PendingManualApproval"))
    if status not in APPROVAL_STATUSES:
        expected = f"expected one of {', '.join(APPROVAL_STATUSES)}"
        raise ApiError("ValidationException", f"ModelApprovalStatus: got {status}, {expected}")
    return status


@operation("CreateModelPackage")
def create(body: Json) -> Json:
    """Add a version to a group; a request with a known token adds none."""
    if not body.get("ModelPackageGroupName"):
        message = "ModelPackageGroupName: got none, expected a group (packages here are versioned)"
        raise ApiError("ValidationException", message)
    status = _approval_status(body)
    group = groups.get(body["ModelPackageGroupName"])
    token = body.get("ClientToken")
    if token in group.tokens:
        return {"ModelPackageArn": group.versions[group.tokens[token]]["ModelPackageArn"]}
    group.last_version += 1
    name, number = group.record["ModelPackageGroupName"], group.last_version
    now = runtime.clock.now()
    package = group.versions[number] = {
        **{key: value for key, value in body.items() if key not in NOT_STORED},
        "ModelPackageGroupName": name,
        "ModelPackageVersion": number,
        "ModelPackageArn": store.arn("model-package", f"{name}/{number}"),
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "CertifyForMarketplace": bool(body.get("CertifyForMarketplace")),
        "ModelApprovalStatus": status,
        "CreationTime": now,
        "LastModifiedTime": now,
        "CreatedBy": {},
    }
    if token:
        group.tokens[token] = number
    tags.store(package["ModelPackageArn"], body)
    package_events.emit(package)
    return {"ModelPackageArn": package["ModelPackageArn"]}


@operation("DescribeModelPackage")
def describe(body: Json) -> Json:
    """Describe a version."""
    group, number = _find(body["ModelPackageName"])
    return group.versions[number]


@operation("UpdateModelPackage")
def update(body: Json) -> Json:
    """Approve or reject a version, or change its metadata."""
    group, number = _find(body["ModelPackageArn"])
    package = dict(group.versions[number])
    updated = [name for name in UPDATABLE if name in body]
    package.update({name: body[name] for name in updated})
    _approval_status(package)
    removed = body.get("CustomerMetadataPropertiesToRemove", [])
    if removed or "CustomerMetadataProperties" in body:
        updated.append("CustomerMetadataProperties")
        old = package.get("CustomerMetadataProperties", {})
        metadata = {key: value for key, value in old.items() if key not in removed}
        metadata.update(body.get("CustomerMetadataProperties", {}))
        package["CustomerMetadataProperties"] = metadata
    package["LastModifiedTime"] = runtime.clock.now()
    package["LastModifiedBy"] = {}
    group.versions[number] = package
    package_events.emit(package, updated)
    return {"ModelPackageArn": package["ModelPackageArn"]}


@operation("DeleteModelPackage")
def delete(body: Json) -> Json:
    """Delete a version; its number is not reused."""
    group, number = _find(body["ModelPackageName"])
    del group.versions[number]
    return {}


@operation("ListModelPackages")
def list_packages(body: Json) -> Json:
    """List versions by group and approval status, newest first.

    Every package here is a version, and AWS lists versions only for a group or with the
    ModelPackageType Versioned or Both.
    """
    if body.get("ModelPackageGroupName"):
        selected = [groups.get(body["ModelPackageGroupName"])]
    elif body.get("ModelPackageType", "Unversioned") in {"Versioned", "Both"}:
        selected = groups.all()
    else:
        selected = []
    status = body.get("ModelApprovalStatus")
    found = [
        store.pick(package, LISTED)
        for group in selected
        for package in group.versions.values()
        if status in {None, package["ModelApprovalStatus"]}
    ]
    return store.paginate("ModelPackageSummaryList", found, body, name="ModelPackageVersion")
