"""Describe SageMaker endpoints, including ones that do not exist, and request forecasts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from common import deepar

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

PRODUCTION = "production"
# The endpoint on which a version is tested with production's configuration, just before it serves.
PRE_TRAFFIC = "pre-traffic"


def configured_stage(stage: str) -> str:
    """Return the stage whose endpoint configuration, and folder of captures, a stage has."""
    return PRODUCTION if stage == PRE_TRAFFIC else stage


def describe(sagemaker: "SageMakerClient", name: str) -> dict[str, Any] | None:
    """Return DescribeEndpoint's response, None if the endpoint does not exist."""
    try:
        return dict(sagemaker.describe_endpoint(EndpointName=name))
    except ClientError as error:
        details = error.response["Error"]
        if details["Code"] == "ValidationException" and "Could not find" in details["Message"]:
            return None
        raise


def target_config(endpoint: Mapping[str, Any]) -> str | None:
    """Return the configuration that the endpoint serves, or will serve after its update."""
    pending = endpoint.get("PendingDeploymentSummary") or {}
    return pending.get("EndpointConfigName") or endpoint.get("EndpointConfigName")


def forecast(
    runtime: "SageMakerRuntimeClient",
    name: str,
    series: dict[str, Any],
    *,
    samples: int,
    length: int,
    inference_id: str,
    variant: str | None = None,
) -> deepar.Forecast:
    """Request the forecast of the `length` minutes after a series (`deepar.instance`).

    `variant` answers; by default any does, by its weight.

    Raises deepar.ForecastError unless the response is one plausible forecast.
    """
    response = runtime.invoke_endpoint(
        EndpointName=name,
        ContentType=deepar.CONTENT_TYPE,
        Body=deepar.request(series, samples),
        InferenceId=inference_id,
        **({"TargetVariant": variant} if variant else {}),
    )
    return deepar.response(response["Body"].read(), length)
