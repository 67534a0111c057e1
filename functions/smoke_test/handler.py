"""Asks the staging endpoint as the monitor would, then looks for the capture of that call."""

from typing import Any

import boto3

from common import forecasts, logs, minutes, settings, times
from smoke_test import checks
from smoke_test.checks import CaptureNotFoundError, SmokeTestError

NEWEST = 20  # capture files to look into

s3 = boto3.client("s3")
runtime = boto3.client("sagemaker-runtime")
store = boto3.client("sagemaker-featurestore-runtime")


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Test the version on its stage; raises SmokeTestError, AnswerError, CaptureNotFoundError."""
    stage, endpoint = event["stage"], f"{settings.required('PREFIX')}-{event['stage']}"
    windows = minutes.newest(
        store,
        settings.required("FEATURE_GROUP_NAME"),
        times.parse(event["time"]),
        history=settings.whole("HISTORY_MINUTES"),
        length=settings.whole("PREDICTION_LENGTH"),
        lag=settings.whole("LAG_MINUTES"),
    )
    if not any(windows.context):
        raise SmokeTestError("there is no minute in the Feature Store to forecast from")
    # Another id for every version and moment: a capture of an earlier call proves nothing.
    inference_id = f"smoke-{event['version']}-{event['time']}"
    response = runtime.invoke_endpoint(
        EndpointName=endpoint,
        ContentType=forecasts.CONTENT_TYPE,
        Body=forecasts.question(windows.first, windows.context),
        InferenceId=inference_id,
    )
    forecast = forecasts.answer(response["Body"].read(), settings.whole("PREDICTION_LENGTH"))
    checks.plausible(forecast, windows.context)
    if not checks.captured(_captures(f"data-capture/{stage}/{endpoint}/"), inference_id):
        raise CaptureNotFoundError(f"no capture of {inference_id} below data-capture/{stage}/ yet")
    logs.line("smoke test passed", endpoint=endpoint, inference_id=inference_id)
    return {"inference_id": inference_id}


def _captures(prefix: str) -> list[str]:
    """Return the lines of the newest capture files."""
    bucket = settings.required("BUCKET")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    found = [item for page in pages for item in page.get("Contents", [])]
    newest = sorted(found, key=lambda item: item["LastModified"])[-NEWEST:]
    bodies = [s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read() for item in newest]
    return [line for body in bodies for line in body.decode().splitlines() if line]
