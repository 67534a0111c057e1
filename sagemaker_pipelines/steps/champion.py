"""The champion: the version that serves production, asked with the requests of a tournament."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from common import deepar, endpoints, model_packages, times

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient


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
    """Return the version that the endpoint serves, None if it serves none of the registry."""
    description = endpoints.describe(sagemaker, endpoint)
    config_name = (description or {}).get("EndpointConfigName")
    if description is None or config_name is None:
        return None
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
) -> list[deepar.Forecast]:
    """Return the champion's forecast of each request.

    The inference ids name the execution, so that the data capture tells these requests apart.
    """
    execution_id = execution.rpartition("/")[2]
    return [
        endpoints.forecast(
            runtime,
            champion.endpoint,
            series,
            samples=samples,
            length=horizon,
            inference_id=f"tournament-{execution_id}-{number}",
        )
        for number, series in enumerate(requests)
    ]
