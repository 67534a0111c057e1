"""Every full hour: hide the newest minutes from production, ask for them, score the answer.

The time is the schedule's, so a redelivered event measures the same hour again and writes the
same reading.
"""

import json
from datetime import datetime
from typing import Any

import boto3
from botocore.exceptions import ClientError

from common import forecasts, logs, metrics, minutes, settings, times
from monitoring_collector.reading import Question, datapoints, reading

s3 = boto3.client("s3")
ssm = boto3.client("ssm")
sagemaker = boto3.client("sagemaker")
runtime = boto3.client("sagemaker-runtime")
store = boto3.client("sagemaker-featurestore-runtime")

# While an endpoint is being updated, or its update taken back, the old version serves.
SERVING = {"InService", "Updating", "SystemUpdating", "RollingBack"}


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Measure the endpoint of one stage -> the reading, or why there is none."""
    now = times.floor_minute(times.parse(event["time"]))
    config = _serving()
    if config is None:
        return _no_reading(now, "the endpoint does not serve")
    windows = minutes.newest(
        store,
        settings.required("FEATURE_GROUP_NAME"),
        now,
        history=settings.whole("HISTORY_MINUTES"),
        length=settings.whole("PREDICTION_LENGTH"),
        lag=settings.whole("LAG_MINUTES"),
    )
    if shortage := windows.shortage():
        return _no_reading(now, shortage)
    question = Question(settings.required("STAGE"), now, config, _threshold())
    measured = reading(question, windows, _ask(question, windows))
    s3.put_object(
        Bucket=settings.required("BUCKET"), Key=question.key, Body=json.dumps(measured).encode()
    )
    metrics.emit(now, datapoints(measured), Stage=question.stage)
    facts = {name: measured[name] for name in ("wql", "naive_wql", "threshold")}
    logs.line("production measured", time=times.iso(now), **facts)
    return {"inference_id": question.inference_id, **facts}


def _serving() -> str | None:
    """Return the endpoint's configuration, None before there is an endpoint that serves."""
    name = settings.required("ENDPOINT_NAME")
    try:
        described = sagemaker.describe_endpoint(EndpointName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationException":  # Could not find endpoint
            return None
        raise
    return described.get("EndpointConfigName") if described["EndpointStatus"] in SERVING else None


def _threshold() -> float | None:
    parameter = ssm.get_parameter(Name=settings.required("THRESHOLD_PARAMETER"))["Parameter"]
    value = json.loads(parameter["Value"])["value"]
    return None if value is None else float(value)


def _ask(question: Question, windows: minutes.Windows) -> forecasts.Forecast:
    response = runtime.invoke_endpoint(
        EndpointName=settings.required("ENDPOINT_NAME"),
        ContentType=forecasts.CONTENT_TYPE,
        Body=forecasts.question(windows.first, windows.context),
        InferenceId=question.inference_id,
    )
    return forecasts.answer(response["Body"].read(), len(windows.truth))


def _no_reading(now: datetime, why: str) -> dict[str, Any]:
    logs.line("no reading", time=times.iso(now), reason=why)
    return {"reason": why}
