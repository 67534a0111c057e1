"""`Model Deployed` (production) -> the threshold that the model's own backtest set for it."""

import json
import math
from typing import Any
from urllib.parse import urlsplit

import boto3

from common import logs, settings, times

s3 = boto3.client("s3")
ssm = boto3.client("ssm")
sagemaker = boto3.client("sagemaker")


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Write the threshold of the newest deployment; a repeat or an older one changes nothing."""
    arn, deployed_at = event["detail"]["package_arn"], times.iso(times.parse(event["time"]))
    name = settings.required("THRESHOLD_PARAMETER")
    current = json.loads(ssm.get_parameter(Name=name)["Parameter"]["Value"])
    if current.get("deployed_at", "") > deployed_at:
        logs.line("threshold kept", late=deployed_at, package_arn=arn, **current)
        return {"threshold": current["value"]}
    package = sagemaker.describe_model_package(ModelPackageName=arn)
    place = urlsplit(package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"])
    body = s3.get_object(Bucket=place.netloc, Key=place.path.lstrip("/"))["Body"].read()
    value = threshold(json.loads(body))
    ssm.put_parameter(
        Name=name,
        Value=json.dumps({"value": value, "set_by": arn, "deployed_at": deployed_at}),
        Overwrite=True,
    )
    logs.line("threshold set", threshold=value, package_arn=arn)
    return {"threshold": value}


def threshold(evaluation: dict[str, Any]) -> float:
    """Return the threshold of an evaluation; raises ValueError when it is no positive number."""
    value: Any = evaluation.get("threshold")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (number and value > 0 and math.isfinite(value)):
        raise ValueError(f"the evaluation's threshold is {value!r}, not a number above 0")
    return float(value)
