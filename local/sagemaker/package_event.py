"""The event `SageMaker Model Package State Change`: on creation and after every update."""

from typing import Any

from local import events
from local.sagemaker.pipeline_execution import iso

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
    """Send what the package now is; `updated` names the fields an update asked for.

    An update of anything on an approved package sends Approved again, as on AWS.
    """
    detail = {name: package[name] for name in FIELDS if package.get(name) is not None}
    detail["ModelPackageStatusDetails"] = {"ValidationStatuses": [], "ImageScanStatuses": []}
    for name in ("CreationTime", "LastModifiedTime"):
        detail[name] = iso(package[name])
    if updated is not None:
        detail["UpdatedModelPackageFields"] = updated
    events.emit("aws.sagemaker", DETAIL_TYPE, detail, [package["ModelPackageArn"]])
