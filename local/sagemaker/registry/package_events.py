"""The event `SageMaker Model Package State Change`, sent on creation and on every update."""

from typing import Any

from local import runtime
from local.events import event_bus

DETAIL_TYPE = "SageMaker Model Package State Change"
FIELDS = (
    "ModelPackageGroupName",
    "ModelPackageName",
    "ModelPackageVersion",
    "ModelPackageArn",
    "ModelPackageDescription",
    "InferenceSpecification",
    "SourceAlgorithmSpecification",
    "ModelPackageStatus",
    "ModelPackageStatusDetails",
    "CertifyForMarketplace",
    "ModelApprovalStatus",
    "ApprovalDescription",
    "MetadataProperties",
    "ModelMetrics",
    "CustomerMetadataProperties",
    "DriftCheckBaselines",
    "ModelLifeCycle",
)


def emit(package: dict[str, Any], updated: list[str] | None = None) -> None:
    """Send the state of a package; `updated` names the fields that the update changed.

    As on AWS, any update of an approved package sends the status Approved again.
    """
    detail = {name: package[name] for name in FIELDS if package.get(name) is not None}
    detail["ModelPackageStatusDetails"] = {"ValidationStatuses": [], "ImageScanStatuses": []}
    for name in ("CreationTime", "LastModifiedTime"):
        detail[name] = runtime.iso(package[name])
    if updated is not None:
        detail["UpdatedModelPackageFields"] = updated
    event_bus.emit("aws.sagemaker", DETAIL_TYPE, detail, [package["ModelPackageArn"]])
