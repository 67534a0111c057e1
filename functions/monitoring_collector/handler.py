"""Schedule, deployment or command -> forecasts of the newest complete minutes, and their scores.

"Now" is the time of the event, and a time that has a result is not measured again, so a
redelivered event changes nothing. Only the readings of the hourly schedule are published as
metrics and decide on a breach; those of a deployment or a command are stored beside them.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import boto3
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.parameters import SSMProvider
from aws_lambda_powertools.utilities.parser import event_parser
from pydantic import AfterValidator, Json, PositiveInt

from common import deepar, endpoints, threshold_parameter, times, windows
from common.alarm_settings import AlarmSettings
from common.events import ScheduledEvent
from common.forecast_metrics import registry
from common.observability import add_metrics, logger, metrics
from common.readings import result, serving
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

LOGGED = ("wql", "relative_loss", "threshold", "breach", "scored_windows", "unscored_windows")


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


class MonitoringEvent(ScheduledEvent):
    """The hour and the stage to measure."""

    stage: str
    trigger: Literal["schedule", "deployment", "command"] = "schedule"


@logger.inject_lambda_context
@metrics.log_metrics
@event_parser(model=MonitoringEvent)
def lambda_handler(event: MonitoringEvent, _context: "LambdaContext") -> dict[str, Any]:
    """Measure the endpoint; return losses and state, or the reason why it was skipped."""
    config = Config.from_env()
    hour = Hour(event.stage, times.floor_minute(event.time), event.trigger)
    stored = StoredResults(s3, config.bucket)
    if hour.stage not in config.threshold_parameters:
        return _skip(hour.time, f"{hour.stage} is not monitored: add it to monitoring.stages")
    document = stored.find(hour)
    if document is None:
        endpoint = f"{config.prefix}-{hour.stage}"
        deployed = serving.find(sagemaker, endpoint)
        if deployed is None:
            return _skip(hour.time, "no endpoint in service")
        document = _measure(config, hour, deployed, stored)
        stored.write(hour, document)
    if hour.scheduled:
        metrics.add_dimension("Stage", hour.stage)
        values = result.metric_values(document, config.metrics)
        add_metrics(hour.time, values, MetricUnit.NoUnit)
    logged = {name: document[name] for name in LOGGED}
    logger.info("endpoint measured", time=times.iso(hour.time), stage=hour.stage, extra=logged)
    return {**logged, "key": hour.key, "metrics": document.get("metrics", {})}


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
        forecast = None if reason else _forecast(config, deployed.endpoint, inference_id, window)
        measured.append(MeasuredWindow(inference_id, window, forecast, reason))
    needed = max(policy.evaluation_periods, policy.release_periods)
    earlier = stored.before(hour, parameter.set_by, needed)
    return result.monitoring_result(
        hour, deployed, parameter, measurement(measured), earlier, policy
    )


def _forecast(
    config: Config, endpoint: str, inference_id: str, window: ForecastWindows
) -> deepar.Forecast:
    return endpoints.forecast(
        runtime,
        endpoint,
        deepar.instance(window.first, window.context),
        samples=config.forecast_samples,
        length=len(window.truth),
        inference_id=inference_id,
    )


def _skip(now: datetime, reason: str) -> dict[str, Any]:
    logger.info("measurement skipped", time=times.iso(now), reason=reason)
    return {"reason": reason}
