"""Tabular version on staging -> check the prediction of a sample row, and its data capture."""

from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.utilities.parser import event_parser

from common import captured_calls, s3_objects
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
    inference_id = f"{SMOKE_TEST}{event.version}-{event.time}"
    response = runtime.invoke_endpoint(
        EndpointName=endpoint,
        ContentType="text/csv",
        Accept="text/csv",
        Body=f"{config.sample}\n".encode(),
        InferenceId=inference_id,
    )
    package = sagemaker.describe_model_package(ModelPackageName=event.package_arn)
    targets = prediction_checks.Targets.parse(s3_objects.read_evaluation(s3, package))
    prediction_checks.check_plausible(response["Body"].read(), targets)
    folder = f"data-capture/{event.stage}/{endpoint}/"
    captured_calls.check(s3, config.bucket, folder, inference_id)
    logger.info("smoke test passed", endpoint=endpoint, inference_id=inference_id)
    return {"inference_id": inference_id}
