"""Version and stage -> its endpoint deployed (`deploy`), described, or deleted (`delete`)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import boto3
from aws_lambda_powertools.utilities.parser import event_parser
from botocore.exceptions import ClientError
from pydantic import Json

from common import endpoints
from common.config import Settings
from common.events import Event
from common.observability import logger
from endpoint_deployer import endpoint_status, sagemaker_requests
from endpoint_deployer.endpoint_status import Step
from endpoint_deployer.sagemaker_requests import Deployment
from endpoint_deployer.settings import Endpoints

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

cloudwatch = boto3.client("cloudwatch")
sagemaker = boto3.client("sagemaker")


class EndpointNotReadyError(RuntimeError):
    """The endpoint is busy with another change; Step Functions retries."""


class OtherPackageError(ValueError):
    """The model of this version was created from another package."""


class Config(Settings):
    """Settings of the function."""

    bucket: str
    endpoints: Json[Endpoints]
    kms_key_arn: str
    model_role_arn: str
    prefix: str
    vpc_config: Json[dict[str, list[str]] | None]  # VpcConfig of CreateModel, null for none


class DeploymentAction(Event):
    """One action of the deployment's state machine."""

    action: Literal["deploy", "describe", "delete"]
    stage: Literal["staging", "pre-traffic", "production"]
    package_arn: str
    version: int


@logger.inject_lambda_context
@event_parser(model=DeploymentAction)
def lambda_handler(event: DeploymentAction, _context: "LambdaContext") -> dict[str, str]:
    """Perform one action; return `{step}`, or for `describe` `{status, failure_reason}`."""
    config = Config.from_env()
    deployment = Deployment(config.prefix, event.stage, event.version)
    if event.action == "deploy":
        result = {"step": str(_deploy(config, deployment, event.package_arn))}
    elif event.action == "delete":
        result = {"step": str(_delete(deployment))}
    else:
        description = endpoints.describe(sagemaker, deployment.endpoint)
        result = endpoint_status.report(description, deployment.config)
    logger.info(
        "deployment action performed",
        action=event.action,
        endpoint=deployment.endpoint,
        version=deployment.version,
        extra=result,
    )
    return result


def _deploy(config: Config, deployment: Deployment, package_arn: str) -> Step:
    """Create what is missing; raises EndpointNotReadyError while the endpoint is busy."""
    _ensure_model(config, deployment, package_arn)
    _ensure_config(config, deployment)
    request = sagemaker_requests.endpoint(deployment)
    description = endpoints.describe(sagemaker, deployment.endpoint)
    step = endpoint_status.next_step(description, deployment.config)
    match step:
        case Step.CREATE:
            sagemaker.create_endpoint(**request, Tags=deployment.tags)
        case Step.UPDATE:
            sagemaker.update_endpoint(**_update(config.endpoints, deployment))
        case Step.REPLACE:
            sagemaker.delete_endpoint(EndpointName=deployment.endpoint)
            raise EndpointNotReadyError(f"{deployment.endpoint} had failed and is being deleted")
        case Step.WAIT:
            raise EndpointNotReadyError(f"{deployment.endpoint} is busy with another change")
    return step


def _update(settings: Endpoints, deployment: Deployment) -> dict[str, Any]:
    """Return UpdateEndpoint's request.

    An alarm that is raised before the update says nothing about the new version, which may be the
    remedy; SageMaker would roll it back at once.
    """
    alarms: list[str] = []
    if deployment.stage == endpoints.PRODUCTION and settings.shift and settings.rollback_alarms:
        found = cloudwatch.describe_alarms(AlarmNames=list(settings.rollback_alarms))
        states = {alarm["AlarmName"]: alarm["StateValue"] for alarm in found["MetricAlarms"]}
        alarms = [name for name, state in states.items() if state != "ALARM"]
        if raised := sorted(states.keys() - set(alarms)):
            logger.info("raised alarms do not roll back", alarms=raised)
    return sagemaker_requests.update(deployment, settings, alarms)


def _delete(deployment: Deployment) -> Step:
    """Delete the endpoint unless another deployment uses it; raises EndpointNotReadyError."""
    description = endpoints.describe(sagemaker, deployment.endpoint)
    step = endpoint_status.deletion(description, deployment.config)
    if step is Step.WAIT:
        raise EndpointNotReadyError(f"{deployment.endpoint} is busy with another change")
    if step is Step.DELETE:
        sagemaker.delete_endpoint(EndpointName=deployment.endpoint)
    return step


def _ensure_model(config: Config, deployment: Deployment, package_arn: str) -> None:
    request = sagemaker_requests.model(
        deployment,
        package_arn,
        config.model_role_arn,
        config.vpc_config,
        isolated=config.endpoints.serverless is None,
    )
    existing = _ensure(
        lambda: sagemaker.create_model(**request),
        lambda: sagemaker.describe_model(ModelName=deployment.model),
    )
    if existing is not None:
        package = existing["PrimaryContainer"].get("ModelPackageName")
        if package != package_arn:
            raise OtherPackageError(f"{deployment.model}: got {package}, expected {package_arn}")


def _ensure_config(config: Config, deployment: Deployment) -> None:
    request = sagemaker_requests.config(
        deployment, config.endpoints, bucket=config.bucket, key_arn=config.kms_key_arn
    )
    _ensure(
        lambda: sagemaker.create_endpoint_config(**request),
        lambda: sagemaker.describe_endpoint_config(EndpointConfigName=deployment.config),
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
