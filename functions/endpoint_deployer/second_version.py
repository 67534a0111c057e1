"""A second version in production, beside the present one: started, described and ended."""

from typing import TYPE_CHECKING, Any

from common import endpoints, model_packages
from endpoint_deployer import endpoint_status, resources, sagemaker_requests, variants
from endpoint_deployer.config import Config
from endpoint_deployer.endpoint_status import EndpointNotReadyError, Step
from endpoint_deployer.sagemaker_requests import Deployment
from endpoint_deployer.variants import Variants

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient


class VariantError(ValueError):
    """The version cannot serve beside the one in production."""


def change(
    sagemaker: "SageMakerClient",
    config: Config,
    other: Deployment,
    package_arn: str,
    wanted: Variants,
) -> Step:
    """Let a version serve beside the present one, or end that.

    Raises VariantError, or EndpointNotReadyError while production is busy.
    """
    description, present = _present(sagemaker, config, other)
    name = variants.config_name(present, other, wanted)
    if endpoints.target_config(description) == name:
        return Step.NOTHING
    if description["EndpointStatus"] != "InService":
        raise EndpointNotReadyError(f"{other.endpoint} is {description['EndpointStatus']}")
    if wanted.kind != "single":
        _check(sagemaker, config, present, other, package_arn)
        resources.ensure_model(sagemaker, config, other, package_arn)
        request = variants.config(
            *(present, other, wanted, config.endpoints),
            bucket=config.bucket,
            key_arn=config.kms_key_arn,
        )
        resources.ensure_config(sagemaker, request)
    sagemaker.update_endpoint(
        EndpointName=other.endpoint,
        EndpointConfigName=name,
        **sagemaker_requests.retained(config.endpoints),
    )
    return Step.UPDATE


def report(
    sagemaker: "SageMakerClient", config: Config, other: Deployment, wanted: Variants
) -> dict[str, str]:
    """Return `{status, failure_reason}` of the change."""
    description, present = _present(sagemaker, config, other)
    return endpoint_status.report(description, variants.config_name(present, other, wanted))


def _present(
    sagemaker: "SageMakerClient", config: Config, other: Deployment
) -> tuple[dict[str, Any], Deployment]:
    """Return the description of production, and the version that it serves first."""
    description = endpoints.describe(sagemaker, other.endpoint)
    served = endpoints.target_config(description or {}) or ""
    version = model_packages.served_version(served)
    if description is None or version is None:
        raise VariantError(f"{other.endpoint}: got no version, expected one that serves")
    return description, Deployment(config.prefix, endpoints.PRODUCTION, version)


def _check(
    sagemaker: "SageMakerClient",
    config: Config,
    present: Deployment,
    other: Deployment,
    package_arn: str,
) -> None:
    if config.endpoints.serverless:
        raise VariantError("serverless endpoints have one variant")
    if present.version == other.version:
        raise VariantError(f"version: got {other.version}, which serves already")
    package = sagemaker.describe_model_package(ModelPackageName=package_arn)
    if (status := package.get("ModelApprovalStatus")) != "Approved":
        raise VariantError(f"version {other.version}: got {status}, expected Approved")
