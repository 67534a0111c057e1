"""Version on an endpoint -> check a forecast as the monitor requests it, and its data capture."""

from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.utilities.parser import event_parser
from pydantic import Json, PositiveInt

from common import captured_calls, deepar, endpoints, times, windows
from common.config import Settings
from common.events import Event, TimeText
from common.inference_ids import SMOKE_TEST
from common.observability import logger
from smoke_test import forecast_checks

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

s3 = boto3.client("s3")
runtime = boto3.client("sagemaker-runtime")
store = boto3.client("sagemaker-featurestore-runtime")


class NoHistoryError(Exception):
    """The Feature Store has no minute to forecast from."""


class Config(Settings):
    """Settings of the function."""

    bucket: str
    capture_percent: Json[dict[str, int]]  # by stage
    feature_group_name: str
    forecast_samples: PositiveInt
    history_minutes: PositiveInt
    lag_minutes: PositiveInt
    prediction_length: PositiveInt
    prefix: str


class SmokeTest(Event):
    """The version to test and its stage."""

    stage: str
    version: int
    time: TimeText


@logger.inject_lambda_context
@event_parser(model=SmokeTest)
def lambda_handler(event: SmokeTest, _context: "LambdaContext") -> dict[str, str]:
    """Test the version on its stage.

    Raises NoHistoryError, ForecastError, ImplausibleForecastError, CaptureFormatError, or
    CaptureNotFoundError (retryable).
    """
    config = Config.from_env()
    endpoint = f"{config.prefix}-{event.stage}"
    [tested] = windows.newest(
        store,
        config.feature_group_name,
        times.parse(event.time),
        history=config.history_minutes,
        length=config.prediction_length,
        lag=config.lag_minutes,
    )
    if all(fee is None for fee in tested.context):
        raise NoHistoryError("the Feature Store has no minute to forecast from")
    # Unique by version and time, so the capture of an earlier call does not match.
    first_id = f"{SMOKE_TEST}{event.version}-{event.time}"
    stage = endpoints.configured_stage(event.stage)
    percent = config.capture_percent[stage]
    inference_ids = captured_calls.inference_ids(first_id, percent)
    for inference_id in inference_ids:
        forecast = endpoints.forecast(
            runtime,
            endpoint,
            deepar.instance(tested.first, tested.context),
            samples=config.forecast_samples,
            length=config.prediction_length,
            inference_id=inference_id,
        )
        forecast_checks.check_plausible(forecast, tested.context)
    folder = f"data-capture/{stage}/{endpoint}/"
    if percent:
        captured_calls.check(s3, config.bucket, folder, inference_ids)
    logger.info("smoke test passed", endpoint=endpoint, inference_id=first_id)
    return {"inference_id": first_id}
