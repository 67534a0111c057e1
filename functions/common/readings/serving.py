"""What an endpoint serves while it is measured."""

from typing import TYPE_CHECKING

from common import endpoints
from common.readings.result import Deployed

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

# During an update and its rollback the endpoint serves the previous version.
SERVING = {"InService", "Updating", "SystemUpdating", "RollingBack"}


def find(sagemaker: "SageMakerClient", endpoint: str) -> Deployed | None:
    """Return what the endpoint serves, None unless it is serving."""
    description = endpoints.describe(sagemaker, endpoint)
    if description is None or description["EndpointStatus"] not in SERVING:
        return None
    variants = description.get("ProductionVariants")
    if not variants:
        return None
    return Deployed(endpoint, variants[0]["VariantName"], description["EndpointConfigName"])
