"""The champion: the version that serves production, asked with the requests of a tournament."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ReadTimeoutError

from common import deepar, endpoints, model_packages, times, training_runs
from common.inference_ids import TOURNAMENT

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

# Codes of errors that last: the model fails, the endpoint is not in service, a name is gone. After
# others, such as throttling, botocore repeats the request, and at last the job fails: a retry asks
# again.
PERMANENT = frozenset({"ModelError", "ValidationError", "ValidationException"})
ATTEMPTS = 3  # of a request that the model fails: its server may be restarting
PAUSE_SECONDS = 5.0  # between them
MAXIMUM_REASON = 300  # characters


class UnavailableError(Exception):
    """The champion cannot take part in the tournament; the message says why."""


@dataclass(frozen=True, slots=True)
class Champion:
    """A version in production."""

    endpoint: str
    package_arn: str
    candidate: str  # its name in the tournament that it won, or "unknown"
    trained_at: datetime | None  # end of its training data; None: registered by hand

    @property
    def version(self) -> int:
        """Version in the model registry."""
        return model_packages.version(self.package_arn)


def find(sagemaker: "SageMakerClient", endpoint: str) -> Champion | None:
    """Return the version that the endpoint serves, None if it serves none of the registry.

    Raises UnavailableError if what the endpoint serves no longer exists.
    """
    description = endpoints.describe(sagemaker, endpoint)
    config_name = (description or {}).get("EndpointConfigName")
    if description is None or config_name is None:
        return None
    try:
        return _served(sagemaker, endpoint, config_name)
    except ClientError as error:
        raise _unavailable(f"endpoint {endpoint}", error) from error


def _served(sagemaker: "SageMakerClient", endpoint: str, config_name: str) -> Champion | None:
    config = sagemaker.describe_endpoint_config(EndpointConfigName=config_name)
    model = sagemaker.describe_model(ModelName=config["ProductionVariants"][0]["ModelName"])
    arn = model["PrimaryContainer"].get("ModelPackageName")
    if arn is None:
        return None
    package = sagemaker.describe_model_package(ModelPackageName=arn)
    properties = package.get("CustomerMetadataProperties", {})
    trained_at = properties.get("trained_at")
    return Champion(
        endpoint,
        arn,
        properties.get("candidate", "unknown"),
        times.parse(trained_at) if trained_at else None,
    )


def ask(
    runtime: "SageMakerRuntimeClient",
    champion: Champion,
    requests: Sequence[dict[str, Any]],
    *,
    horizon: int,
    samples: int,
    execution: str,
    pause: Callable[[float], None] = time.sleep,
) -> list[deepar.Forecast]:
    """Return the champion's forecast of each request; raises UnavailableError.

    The inference ids name the execution, so that the data capture tells these requests apart.
    """
    execution_id = training_runs.id_of(execution)

    def forecast(number: int, series: dict[str, Any]) -> deepar.Forecast:
        return endpoints.forecast(
            runtime,
            champion.endpoint,
            series,
            samples=samples,
            length=horizon,
            inference_id=f"{TOURNAMENT}{execution_id}-{number}",
        )

    def patient(number: int, series: dict[str, Any]) -> deepar.Forecast:
        for _ in range(ATTEMPTS - 1):
            try:
                return forecast(number, series)
            except runtime.exceptions.ModelError:
                pause(PAUSE_SECONDS)
        return forecast(number, series)

    try:
        return [patient(number, series) for number, series in enumerate(requests)]
    except (ClientError, ReadTimeoutError, deepar.ForecastError) as error:
        raise _unavailable(f"version {champion.version} ({champion.candidate})", error) from error


def _unavailable(what: str, error: Exception) -> Exception:
    """Return UnavailableError; the error itself if it is one that passes."""
    if isinstance(error, ClientError) and error.response["Error"]["Code"] not in PERMANENT:
        return error
    return UnavailableError(f"{what}: {error}"[:MAXIMUM_REASON])
