"""Schedule -> production's endpoint deleted (`stop`), or created again (`start`)."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import boto3
from aws_lambda_powertools.utilities.parser import event_parser
from botocore.exceptions import ClientError
from pydantic import Json

from common import endpoints, times
from common.config import Settings
from common.events import ScheduledEvent
from common.observability import logger
from production_switch import switching
from production_switch.switching import Step

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

cloudwatch = boto3.client("cloudwatch")
sagemaker = boto3.client("sagemaker")
ssm = boto3.client("ssm")


class EndpointNotReadyError(RuntimeError):
    """The endpoint is busy with another change; Lambda tries again."""


class Config(Settings):
    """Settings of the function."""

    muted_alarms: Json[list[str]]  # that a stopped endpoint would raise
    prefix: str
    stopped_parameter: str  # exists while production is stopped


class Switch(ScheduledEvent):
    """What a schedule wants."""

    action: Literal["start", "stop"]


@logger.inject_lambda_context
@event_parser(model=Switch)
def lambda_handler(event: Switch, _context: "LambdaContext") -> dict[str, str]:
    """Stop or start production; return `{step}`. Raises EndpointNotReadyError."""
    config = Config.from_env()
    description = endpoints.describe(sagemaker, f"{config.prefix}-production")
    if event.action == "stop":
        step = _stop(config, description, event.time)
    else:
        step = _start(config, description)
    logger.info("production switched", action=event.action, step=step)
    return {"step": str(step)}


def _stop(config: Config, description: dict[str, Any] | None, now: datetime) -> Step:
    """Delete the endpoint, after its configuration is stored and its alarms are muted."""
    step = switching.stop(description)
    if step is Step.WAIT:
        raise EndpointNotReadyError(f"{config.prefix}-production is busy")
    if description is not None and step is Step.DELETE:
        served = endpoints.target_config(description)
        value = json.dumps({"config": served, "since": times.iso(now)})
        ssm.put_parameter(
            Name=config.stopped_parameter, Value=value, Type="String", Overwrite=True
        )
        cloudwatch.disable_alarm_actions(AlarmNames=config.muted_alarms)
        sagemaker.delete_endpoint(EndpointName=f"{config.prefix}-production")
    return step


def _start(config: Config, description: dict[str, Any] | None) -> Step:
    """Create the endpoint that was stopped, unless a deployment has meanwhile."""
    served = _stopped(config)
    step = switching.start(description, served)
    if step is Step.WAIT:
        raise EndpointNotReadyError(f"{config.prefix}-production is being deleted")
    if served is not None:
        if step is Step.CREATE:
            sagemaker.create_endpoint(
                EndpointName=f"{config.prefix}-production",
                EndpointConfigName=served,
                Tags=[
                    {"Key": "Deployment", "Value": config.prefix},
                    {"Key": "Project", "Value": "evergreen"},
                ],
            )
        cloudwatch.enable_alarm_actions(AlarmNames=config.muted_alarms)
        ssm.delete_parameter(Name=config.stopped_parameter)
    return step


def _stopped(config: Config) -> str | None:
    """Return the configuration that was served before the stop, None if there was none."""
    try:
        found = ssm.get_parameter(Name=config.stopped_parameter)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ParameterNotFound":
            raise
        return None
    return str(json.loads(found["Parameter"]["Value"])["config"])
