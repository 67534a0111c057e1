"""`Model Deployed` (production) -> the threshold that the model's own backtest set for it."""

import json
import math
from typing import Any
from urllib.parse import urlsplit

import boto3

from common import logs, settings

s3 = boto3.client("s3")
ssm = boto3.client("ssm")
sagemaker = boto3.client("sagemaker")


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Write the threshold of the deployed version; a repeat writes the same."""
    arn = event["detail"]["package_arn"]
    package = sagemaker.describe_model_package(ModelPackageName=arn)
    place = urlsplit(package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"])
    body = s3.get_object(Bucket=place.netloc, Key=place.path.lstrip("/"))["Body"].read()
    value = threshold(json.loads(body))
    ssm.put_parameter(
        Name=settings.required("THRESHOLD_PARAMETER"),
        Value=json.dumps({"value": value, "set_by": arn}),
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
