"""`Model Deployed`, or a new monitoring result (EventBridge) -> threshold of its stage (SSM)."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import boto3
from aws_lambda_powertools.utilities.parser import event_parser
from pydantic import Field, ValidationError

from common import s3_objects, times
from common.config import describe
from common.events import EventBridgeEvent, ObjectCreated
from common.monitoring_results import ResultError
from common.observability import logger
from threshold_updater import parameter, version_windows
from threshold_updater.config import Config
from threshold_updater.documents import Deployed, Evaluation, Reading
from threshold_updater.parameter import Change

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

s3 = boto3.client("s3")
ssm = boto3.client("ssm")
sagemaker = boto3.client("sagemaker")


class DeploymentEvent(EventBridgeEvent[Deployed]):
    """A version was deployed to a stage."""

    source: Literal["evergreen.loop"]


class ResultEvent(EventBridgeEvent[ObjectCreated]):
    """A stage was measured."""

    source: Literal["aws.s3"]


ThresholdEvent = Annotated[DeploymentEvent | ResultEvent, Field(discriminator="source")]


class EvaluationError(ValueError):
    """The evaluation has no usable windows."""


@logger.inject_lambda_context
@event_parser(model=ThresholdEvent)
def lambda_handler(event: ThresholdEvent, _context: "LambdaContext") -> dict[str, Any]:
    """Update the threshold of the event's stage; repeated and older events change nothing."""
    config = Config.from_env()
    stage, apply = _change(event, config)
    stored = parameter.change(ssm, config.thresholds[stage].parameter, apply)
    shown = {"stage": stage, "threshold": stored.value, "windows": len(stored.windows)}
    logger.info("threshold updated", package_arn=stored.set_by, extra=shown)
    return shown


def _change(event: ThresholdEvent, config: Config) -> tuple[str, Change]:
    """Return the stage of the event and the change of its parameter."""
    if isinstance(event, DeploymentEvent):
        arn, stage = event.detail.package_arn, event.detail.stage
        evaluation, rules = _evaluation(arn), config.rules(stage)
        at = times.iso(event.time)
        return stage, lambda now: version_windows.deployed(now, arn, at, evaluation, rules)
    body = s3.get_object(Bucket=event.detail.bucket.name, Key=event.detail.object.key)
    try:
        reading = Reading.model_validate_json(body["Body"].read())
    except ValidationError as error:
        raise ResultError(f"{event.detail.object.key}: {describe(error)}") from None
    rules = config.rules(reading.stage)
    return reading.stage, lambda now: version_windows.measured(now, reading, rules)


def _evaluation(package_arn: str) -> Evaluation:
    """Read evaluation.json of a version; raises EvaluationError unless it has windows."""
    package = sagemaker.describe_model_package(ModelPackageName=package_arn)
    try:
        return Evaluation.model_validate_json(s3_objects.read_evaluation(s3, package))
    except ValidationError as error:
        raise EvaluationError(f"evaluation.json: {describe(error)}") from None
