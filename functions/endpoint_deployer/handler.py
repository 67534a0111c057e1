"""Model package and stage -> endpoint on its way (`deploy`), or how far it is (`describe`)."""

from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import ClientError

from common import logs, settings
from endpoint_deployer import progress, requests
from endpoint_deployer.progress import Step

sagemaker: Any = boto3.client("sagemaker")


class EndpointNotReadyError(RuntimeError):
    """The endpoint takes no change now; Step Functions tries again."""


class OtherPackageError(ValueError):
    """A model has the version's name, but was made from another package."""


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Do one action of the deployment -> its outcome."""
    prefix = settings.required("PREFIX")
    deployment = requests.Deployment(prefix, event["stage"], int(event["version"]))
    match event["action"]:
        case "deploy":
            result = {"step": str(_deploy(deployment, event["package_arn"]))}
        case "describe":
            result = progress.report(_describe(deployment.endpoint), deployment.config)
        case other:
            raise ValueError(f"no such action: {other!r}")
    about = {"endpoint": deployment.endpoint, "version": deployment.version}
    logs.line(event["action"], **about, **result)
    return result


def _deploy(deployment: requests.Deployment, package_arn: str) -> Step:
    """Make what is missing; raises EndpointNotReadyError while the endpoint is busy."""
    _make_model(deployment, package_arn)
    _make_config(deployment)
    request = requests.endpoint(deployment)
    step = progress.step(_describe(deployment.endpoint), deployment.config)
    match step:
        case Step.CREATE:
            sagemaker.create_endpoint(**request, Tags=deployment.tags)
        case Step.UPDATE:
            sagemaker.update_endpoint(**request)
        case Step.REPLACE:
            sagemaker.delete_endpoint(EndpointName=deployment.endpoint)
            raise EndpointNotReadyError(f"{deployment.endpoint} had failed and is deleted first")
        case Step.WAIT:
            raise EndpointNotReadyError(f"{deployment.endpoint} is busy with another change")
    return step


def _make_model(deployment: requests.Deployment, package_arn: str) -> None:
    request = requests.model(deployment, package_arn, settings.required("MODEL_ROLE_ARN"))
    found = _ensure(
        lambda: sagemaker.create_model(**request),
        lambda: sagemaker.describe_model(ModelName=deployment.model),
    )
    if found and (package := found["PrimaryContainer"].get("ModelPackageName")) != package_arn:
        raise OtherPackageError(f"{deployment.model} is of {package}, not of {package_arn}")


def _make_config(deployment: requests.Deployment) -> None:
    stage = deployment.stage.upper()
    production = deployment.stage == "production"
    request = requests.config(
        deployment,
        instances=settings.whole("PRODUCTION_INSTANCE_COUNT") if production else 1,
        instance_type=settings.required(f"{stage}_INSTANCE_TYPE"),
        bucket=settings.required("BUCKET"),
        key_arn=settings.required("KMS_KEY_ARN"),
    )
    _ensure(
        lambda: sagemaker.create_endpoint_config(**request),
        lambda: sagemaker.describe_endpoint_config(EndpointConfigName=deployment.config),
    )


def _ensure(create: Callable[[], Any], describe: Callable[[], Any]) -> Any:
    """Create it -> None, or what is already there under its name."""
    try:
        create()
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationException":
            raise
        # SageMaker says "exists already" and "is wrong" by the same code.
        try:
            return describe()
        except ClientError:
            raise error from None
    return None


def _describe(endpoint: str) -> progress.Description:
    try:
        return dict(sagemaker.describe_endpoint(EndpointName=endpoint))
    except ClientError as error:
        if "Could not find" in error.response["Error"]["Message"]:
            return None
        raise
