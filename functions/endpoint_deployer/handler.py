"""Version and stage -> its endpoint deployed (`deploy`), described, or deleted (`delete`)."""

from typing import TYPE_CHECKING, Any, Literal

import boto3
from aws_lambda_powertools.utilities.parser import event_parser

from common import endpoints
from common.events import Event
from common.observability import logger
from endpoint_deployer import endpoint_status, resources, sagemaker_requests, second_version
from endpoint_deployer.config import Config
from endpoint_deployer.endpoint_status import EndpointNotReadyError, Step
from endpoint_deployer.sagemaker_requests import Deployment
from endpoint_deployer.settings import Endpoints
from endpoint_deployer.variants import Variants

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

cloudwatch = boto3.client("cloudwatch")
sagemaker = boto3.client("sagemaker")


class DeploymentAction(Event):
    """One action of the deployment's state machine."""

    action: Literal["deploy", "describe", "delete"]
    stage: Literal["staging", "pre-traffic", "production"]
    package_arn: str
    version: int
    variants: Variants | None = None  # of production: the version serves beside the present one


@logger.inject_lambda_context
@event_parser(model=DeploymentAction)
def lambda_handler(event: DeploymentAction, _context: "LambdaContext") -> dict[str, str]:
    """Perform one action; return `{step}`, or for `describe` `{status, failure_reason}`."""
    config = Config.from_env()
    deployment = Deployment(config.prefix, event.stage, event.version)
    result = (
        _report(config, deployment, event.variants)
        if event.action == "describe"
        else {"step": str(_step(config, deployment, event))}
    )
    logger.info(
        "deployment action performed",
        action=event.action,
        endpoint=deployment.endpoint,
        version=deployment.version,
        extra=result,
    )
    return result


def _report(config: Config, deployment: Deployment, wanted: Variants | None) -> dict[str, str]:
    if wanted is not None:
        return second_version.report(sagemaker, config, deployment, wanted)
    description = endpoints.describe(sagemaker, deployment.endpoint)
    return endpoint_status.report(description, deployment.config)


def _step(config: Config, deployment: Deployment, event: DeploymentAction) -> Step:
    if event.action == "delete":
        return _delete(deployment)
    if event.variants is None:
        return _deploy(config, deployment, event.package_arn)
    return second_version.change(sagemaker, config, deployment, event.package_arn, event.variants)


def _deploy(config: Config, deployment: Deployment, package_arn: str) -> Step:
    """Create what is missing; raises EndpointNotReadyError while the endpoint is busy."""
    resources.ensure_model(sagemaker, config, deployment, package_arn)
    resources.ensure_config(
        sagemaker,
        sagemaker_requests.config(
            deployment, config.endpoints, bucket=config.bucket, key_arn=config.kms_key_arn
        ),
    )
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
