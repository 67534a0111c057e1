"""Tabular version on staging -> check the prediction of a sample row, and its data capture."""

from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.utilities.parser import event_parser
from pydantic import Json

from common import captured_calls, endpoints, s3_objects
from common.config import Settings
from common.events import Event, TimeText
from common.inference_ids import SMOKE_TEST
from common.observability import logger
from tabular_smoke_test import prediction_checks

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

s3 = boto3.client("s3")
runtime = boto3.client("sagemaker-runtime")
sagemaker = boto3.client("sagemaker")


class Config(Settings):
    """Settings of the function."""

    bucket: str
    capture_percent: Json[dict[str, int]]  # by stage
    prefix: str
    sample: str  # a row of raw features as CSV


class SmokeTest(Event):
    """The version to test and its stage."""

    stage: str
    package_arn: str
    version: int
    time: TimeText


@logger.inject_lambda_context
@event_parser(model=SmokeTest)
def lambda_handler(event: SmokeTest, _context: "LambdaContext") -> dict[str, str]:
    """Test the version on its stage.

    Raises ImplausiblePredictionError, CaptureFormatError, or CaptureNotFoundError (retryable).
    """
    config = Config.from_env()
    endpoint = f"{config.prefix}-{event.stage}"
    # Unique by version and time, so the capture of an earlier call does not match.
    first_id = f"{SMOKE_TEST}{event.version}-{event.time}"
    stage = endpoints.configured_stage(event.stage)
    percent = config.capture_percent[stage]
    inference_ids = captured_calls.inference_ids(first_id, percent)
    package = sagemaker.describe_model_package(ModelPackageName=event.package_arn)
    targets = prediction_checks.Targets.parse(s3_objects.read_evaluation(s3, package))
    for inference_id in inference_ids:
        response = runtime.invoke_endpoint(
            EndpointName=endpoint,
            ContentType="text/csv",
            Accept="text/csv",
            Body=f"{config.sample}\n".encode(),
            InferenceId=inference_id,
        )
        prediction_checks.check_plausible(response["Body"].read(), targets)
    if percent:
        folder = f"data-capture/{stage}/{endpoint}/"
        captured_calls.check(s3, config.bucket, folder, inference_ids)
    logger.info("smoke test passed", endpoint=endpoint, inference_id=first_id)
    return {"inference_id": first_id}
