"""Production serves or is deleted, or Terraform applies -> autoscaling (de)registered."""

from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.utilities.parser import event_parser
from pydantic import Field, Json

from common import endpoints
from common.config import Settings
from common.events import Event
from common.observability import logger
from endpoint_scaler import requests
from endpoint_scaler.requests import Autoscaling

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

scaling = boto3.client("application-autoscaling")
sagemaker = boto3.client("sagemaker")

DELETING = {"DELETING", "Deleting"}  # in events, and as SageMaker's API spells it
REGISTERED, DEREGISTERED, ABSENT = "registered", "deregistered", "absent"


class Config(Settings):
    """Settings of the function."""

    autoscaling: Json[Autoscaling]
    endpoint_name: str
    variant_name: str


class EndpointState(Event):
    """Detail of `SageMaker Endpoint State Change`."""

    status: str = Field(alias="EndpointStatus")


class TerraformAction(Event):
    """Terraform's action on its invocation resource."""

    action: str


class Cause(Event):
    """An event of the endpoint, or an invocation by Terraform."""

    detail: EndpointState | None = None
    tf: TerraformAction | None = None

    @property
    def ends(self) -> bool:
        """Whether the endpoint, or its autoscaling, comes to an end."""
        if self.tf is not None:
            return self.tf.action == "delete"
        return self.detail is not None and self.detail.status in DELETING


@logger.inject_lambda_context
@event_parser(model=Cause)
def lambda_handler(event: Cause, _context: "LambdaContext") -> dict[str, str]:
    """Register or deregister; return `{result}`."""
    config = Config.from_env()
    if event.ends:
        result = _deregister(config)
    elif endpoints.describe(sagemaker, config.endpoint_name) is None:
        result = ABSENT  # it is registered when it serves
    else:
        result = _register(config)
    logger.info("autoscaling followed the endpoint", endpoint=config.endpoint_name, result=result)
    return {"result": result}


def _register(config: Config) -> str:
    resource = requests.resource(config.endpoint_name, config.variant_name)
    scaling.register_scalable_target(**resource, **requests.target(config.autoscaling))
    scaling.put_scaling_policy(**resource, **requests.policy(config.autoscaling))
    return REGISTERED


def _deregister(config: Config) -> str:
    resource = requests.resource(config.endpoint_name, config.variant_name)
    try:
        scaling.deregister_scalable_target(**resource)
    except scaling.exceptions.ObjectNotFoundException:
        return ABSENT
    return DEREGISTERED
