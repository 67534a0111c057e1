"""Hourly schedule -> forecast of the newest complete minutes, scored against their truth.

"Now" is the time of the event, so a redelivered event measures the same hour and writes the same
monitoring result.
"""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.parameters import SSMProvider
from aws_lambda_powertools.utilities.parser import event_parser
from pydantic import PositiveInt

from common import deepar, endpoints, times, windows
from common.config import Settings
from common.events import ScheduledEvent
from common.observability import add_metrics, logger, metrics
from monitoring_collector import result
from monitoring_collector.result import ForecastRequest

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

s3 = boto3.client("s3")
ssm = boto3.client("ssm")
sagemaker = boto3.client("sagemaker")
runtime = boto3.client("sagemaker-runtime")
store = boto3.client("sagemaker-featurestore-runtime")
parameters = SSMProvider(boto3_client=ssm)

# During an update and its rollback the endpoint serves the previous version.
SERVING = {"InService", "Updating", "SystemUpdating", "RollingBack"}


class Config(Settings):
    """Settings of the function."""

    bucket: str
    endpoint_name: str
    feature_group_name: str
    forecast_samples: PositiveInt
    history_minutes: PositiveInt
    lag_minutes: PositiveInt
    prediction_length: PositiveInt
    stage: str
    threshold_parameter: str


@logger.inject_lambda_context
@metrics.log_metrics
@event_parser(model=ScheduledEvent)
def lambda_handler(event: ScheduledEvent, _context: "LambdaContext") -> dict[str, Any]:
    """Measure the endpoint; return its losses, or the reason why it was skipped."""
    config, now = Config.from_env(), times.floor_minute(event.time)
    endpoint_config = _serving(config.endpoint_name)
    if endpoint_config is None:
        return _skip(now, "no endpoint in service")
    measured = windows.newest(
        store,
        config.feature_group_name,
        now,
        history=config.history_minutes,
        length=config.prediction_length,
        lag=config.lag_minutes,
    )
    if shortage := measured.shortage():
        return _skip(now, shortage)
    threshold = _threshold(config.threshold_parameter)
    request = ForecastRequest(config.stage, now, endpoint_config, threshold)
    forecast = _forecast(config, request, measured)
    document = result.monitoring_result(request, measured, forecast)
    s3.put_object(Bucket=config.bucket, Key=request.key, Body=json.dumps(document).encode())
    metrics.add_dimension("Stage", config.stage)
    add_metrics(now, result.metric_values(document), MetricUnit.NoUnit)
    losses = {name: document[name] for name in ("wql", "naive_wql", "threshold")}
    logger.info("endpoint measured", time=times.iso(now), extra=losses)
    return {"inference_id": request.inference_id, **losses}


def _serving(endpoint: str) -> str | None:
    """Return the endpoint configuration, None unless the endpoint is serving."""
    description = endpoints.describe(sagemaker, endpoint)
    if description is None or description["EndpointStatus"] not in SERVING:
        return None
    return description.get("EndpointConfigName")


def _threshold(name: str) -> float | None:
    # Not cached: a deployment changes it, and the cache's 5 s may be hours of virtual time.
    parameter: Any = parameters.get(name, transform="json", force_fetch=True)
    value = parameter["value"]
    return None if value is None else float(value)


def _forecast(
    config: Config, request: ForecastRequest, measured: windows.ForecastWindows
) -> deepar.Forecast:
    response = runtime.invoke_endpoint(
        EndpointName=config.endpoint_name,
        ContentType=deepar.CONTENT_TYPE,
        Body=deepar.request(measured.first, measured.context, config.forecast_samples),
        InferenceId=request.inference_id,
    )
    return deepar.response(response["Body"].read(), len(measured.truth))


def _skip(now: datetime, reason: str) -> dict[str, Any]:
    logger.info("measurement skipped", time=times.iso(now), reason=reason)
    return {"reason": reason}
