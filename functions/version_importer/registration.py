"""The version in this account's registry, which names the one that it is a copy of."""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from common import model_packages
from common.errors import bad_value
from version_importer.promoted_version import PromotedVersion

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

# The training is in the other account. SageMaker finds the digest and ETag of the copies itself.
NOT_COPIED = frozenset({"execution"})
FOUND_BY_SAGEMAKER = frozenset({"ImageDigest", "ModelDataETag"})


class ImageError(ValueError):
    """The image of the version has no counterpart in this account."""


def find(sagemaker: "SageMakerClient", group: str, source: str) -> str | None:
    """Return the ARN of the copy of a version in this account, None if there is none."""
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending"
    )
    for page in pages:
        for summary in page["ModelPackageSummaryList"]:
            arn = summary["ModelPackageArn"]
            package = sagemaker.describe_model_package(ModelPackageName=arn)
            if model_packages.promoted_from(package) == source:
                return arn
    return None


def request(version: PromotedVersion, group: str, repository: str) -> dict[str, Any]:
    """Return CreateModelPackage's request; the same version always has the same one.

    Concurrent requests have the same token, so SageMaker registers one version. It is approved: it
    was for production, in the other account. This account decides on its own production.
    """
    package = version.package
    containers = [_container(version, each, repository) for each in version.containers]
    properties = package.get("CustomerMetadataProperties", {})
    kept = {name: value for name, value in properties.items() if name not in NOT_COPIED}
    return {
        "ModelPackageGroupName": group,
        "ModelPackageDescription": package.get("ModelPackageDescription", "Promoted version"),
        "ModelApprovalStatus": "Approved",
        "InferenceSpecification": {**package["InferenceSpecification"], "Containers": containers},
        "ModelMetrics": _copied(version, package.get("ModelMetrics", {})),
        "CustomerMetadataProperties": {**kept, model_packages.PROMOTED_FROM: version.arn},
        "ClientToken": hashlib.sha256(version.arn.encode()).hexdigest()[:32],
        **_card(package),
    }


def _container(
    version: PromotedVersion, container: Mapping[str, Any], repository: str
) -> dict[str, Any]:
    kept = {name: part for name, part in container.items() if name not in FOUND_BY_SAGEMAKER}
    return {
        **kept,
        "Image": image(container["Image"], version.account, repository),
        "ModelDataUrl": version.copied_uri(container["ModelDataUrl"]),
    }


def image(uri: str, account: str, repository: str) -> str:
    """Return the image in this account; images of AWS are the same. Raises ImageError.

    The tag is that of the other account, which is a commit: a version is served by the code that
    trained it.
    """
    if not uri.startswith(f"{account}."):
        return uri
    theirs = f"{account}.{repository.partition('.')[2]}"
    name, separator, tag = uri.rpartition(":")
    if name != theirs or not separator:
        raise ImageError(bad_value("image", uri, f"{theirs}:TAG, or an image of AWS"))
    return f"{repository}:{tag}"


def _copied(version: PromotedVersion, value: Any) -> Any:
    """Return a document with the URIs of the copies."""
    if not isinstance(value, Mapping):
        return value
    return {
        name: version.copied_uri(part) if name == "S3Uri" else _copied(version, part)
        for name, part in value.items()
    }


def _card(package: Mapping[str, Any]) -> dict[str, Any]:
    card = package.get("ModelCard")
    if card is None:
        return {}
    names = ("ModelCardContent", "ModelCardStatus")
    return {"ModelCard": {name: card[name] for name in names}}
