"""`Model Deployed` to production (EventBridge) -> threshold from the model's backtest."""

import json
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import boto3
from aws_lambda_powertools.utilities.parameters import SSMProvider
from aws_lambda_powertools.utilities.parser import event_parser
from pydantic import Field, ValidationError

from common import config, times
from common.events import Event, EventBridgeEvent
from common.observability import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

s3 = boto3.client("s3")
ssm = boto3.client("ssm")
sagemaker = boto3.client("sagemaker")
parameters = SSMProvider(boto3_client=ssm)


class Config(config.Settings):
    """Settings of the function."""

    threshold_parameter: str


class Deployed(Event):
    """Detail of `Model Deployed`."""

    package_arn: str


class Evaluation(Event):
    """The field that is read of evaluation.json."""

    threshold: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]


class EvaluationError(ValueError):
    """The evaluation has no usable threshold."""


@logger.inject_lambda_context
@event_parser(model=EventBridgeEvent[Deployed])
def lambda_handler(event: EventBridgeEvent[Deployed], _context: "LambdaContext") -> dict[str, Any]:
    """Store the threshold of the newest deployment; repeated and older events change nothing."""
    arn, deployed_at = event.detail.package_arn, times.iso(event.time)
    name = Config.from_env().threshold_parameter
    current: Any = parameters.get(name, transform="json", force_fetch=True)
    if current.get("deployed_at", "") > deployed_at:
        logger.info("older deployment ignored", deployed_at=deployed_at, package_arn=arn)
        return {"threshold": current["value"]}
    package = sagemaker.describe_model_package(ModelPackageName=arn)
    location = urlsplit(package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"])
    body = s3.get_object(Bucket=location.netloc, Key=location.path.lstrip("/"))["Body"].read()
    value = threshold(body)
    ssm.put_parameter(
        Name=name,
        Value=json.dumps({"value": value, "set_by": arn, "deployed_at": deployed_at}),
        Overwrite=True,
    )
    logger.info("threshold set", threshold=value, package_arn=arn)
    return {"threshold": value}


def threshold(evaluation: bytes) -> float:
    """Return the threshold in evaluation.json; raises EvaluationError unless it is above 0."""
    try:
        return Evaluation.model_validate_json(evaluation).threshold
    except ValidationError as error:
        raise EvaluationError(f"evaluation.json: {config.describe(error)}") from None
