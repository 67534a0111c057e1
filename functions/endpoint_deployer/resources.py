"""Models and endpoint configurations: created once, by name."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from endpoint_deployer import sagemaker_requests
from endpoint_deployer.config import Config
from endpoint_deployer.sagemaker_requests import Deployment

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient


class OtherPackageError(ValueError):
    """The model of this version was created from another package."""


def ensure_model(
    sagemaker: "SageMakerClient", config: Config, deployment: Deployment, package_arn: str
) -> None:
    """Create the model of a version unless it exists; raises OtherPackageError."""
    request = sagemaker_requests.model(
        deployment,
        package_arn,
        config.model_role_arn,
        config.vpc_config,
        isolated=config.endpoints.serverless is None,
        nginx=config.endpoints.nginx,
    )
    existing = _ensure(
        lambda: sagemaker.create_model(**request),
        lambda: sagemaker.describe_model(ModelName=deployment.model),
    )
    if existing is not None:
        package = existing["PrimaryContainer"].get("ModelPackageName")
        if package != package_arn:
            raise OtherPackageError(f"{deployment.model}: got {package}, expected {package_arn}")


def ensure_config(sagemaker: "SageMakerClient", request: dict[str, Any]) -> None:
    """Create an endpoint configuration unless it exists."""
    name = request["EndpointConfigName"]
    _ensure(
        lambda: sagemaker.create_endpoint_config(**request),
        lambda: sagemaker.describe_endpoint_config(EndpointConfigName=name),
    )


def _ensure(create: Callable[[], object], describe: Callable[[], Any]) -> Any:
    """Create a resource and return None, or return the description of the existing one."""
    try:
        create()
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationException":
            raise
        # SageMaker has the same code for "already exists" and "invalid request".
        try:
            return describe()
        except ClientError:
            raise error from None
    return None
