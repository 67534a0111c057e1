"""Schedule, deployment or command -> forecasts of the newest complete minutes, scored."""

from typing import TYPE_CHECKING, Annotated, Any

import boto3
from aws_lambda_powertools.utilities.parameters import SSMProvider
from aws_lambda_powertools.utilities.parser import event_parser
from pydantic import AfterValidator, Json, PositiveInt

from common import deepar, endpoints, threshold_parameter, windows
from common.alarm_settings import AlarmSettings
from common.forecast_metrics import registry
from common.observability import logger, metrics
from common.readings import result
from common.readings.collection import MonitoringEvent, collect
from common.readings.result import Deployed, Hour
from common.readings.stored_results import StoredResults
from common.windows import ForecastWindows
from monitoring_collector.window import MeasuredWindow, measurement, unusable

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

s3 = boto3.client("s3")
ssm = boto3.client("ssm")
sagemaker = boto3.client("sagemaker")
runtime = boto3.client("sagemaker-runtime")
store = boto3.client("sagemaker-featurestore-runtime")
parameters = SSMProvider(boto3_client=ssm)


class Config(AlarmSettings):
    """Settings of the function."""

    bucket: str
    feature_group_name: str
    forecast_samples: PositiveInt
    history_minutes: PositiveInt
    lag_minutes: PositiveInt
    metrics: Annotated[Json[list[str]], AfterValidator(registry.checked)]  # to publish
    prediction_length: PositiveInt
    prefix: str
    threshold_parameters: Json[dict[str, str]]  # by stage


@logger.inject_lambda_context
@metrics.log_metrics
@event_parser(model=MonitoringEvent)
def lambda_handler(event: MonitoringEvent, _context: "LambdaContext") -> dict[str, Any]:
    """Measure the endpoint; return losses and state, or the reason why it was skipped."""
    config = Config.from_env()
    stored = StoredResults(s3, config.bucket)
    return collect(
        event,
        lambda hour, deployed: _measure(config, hour, deployed, stored),
        stages=config.threshold_parameters,
        prefix=config.prefix,
        published=config.metrics,
        sagemaker=sagemaker,
        stored=stored,
    )


def _measure(
    config: Config, hour: Hour, deployed: Deployed, stored: StoredResults
) -> dict[str, Any]:
    policy = config.alarm_policy
    parameter = threshold_parameter.read(parameters, config.threshold_parameters[hour.stage])
    newest = windows.newest(
        store,
        config.feature_group_name,
        hour.time,
        history=config.history_minutes,
        length=config.prediction_length,
        lag=config.lag_minutes,
        count=policy.windows_per_reading,
    )
    measured = []
    for number, window in enumerate(newest):
        inference_id = hour.inference_id(number)
        reason = unusable(window, parameter.known_until)
        forecast = None if reason else _forecast(config, deployed, inference_id, window)
        measured.append(MeasuredWindow(inference_id, window, forecast, reason))
    earlier = stored.before(hour, parameter.set_by, policy.remembered)
    return result.monitoring_result(
        hour, deployed, parameter, measurement(measured), earlier, policy
    )


def _forecast(
    config: Config, deployed: Deployed, inference_id: str, window: ForecastWindows
) -> deepar.Forecast:
    return endpoints.forecast(
        runtime,
        deployed.endpoint,
        deepar.instance(window.first, window.context),
        samples=config.forecast_samples,
        length=len(window.truth),
        inference_id=inference_id,
        variant=deployed.variant,  # not a second version beside it
    )
