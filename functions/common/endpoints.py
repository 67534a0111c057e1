"""Describe SageMaker endpoints, including ones that do not exist."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient


def describe(sagemaker: "SageMakerClient", name: str) -> dict[str, Any] | None:
    """Return DescribeEndpoint's response, None if the endpoint does not exist."""
    try:
        return dict(sagemaker.describe_endpoint(EndpointName=name))
    except ClientError as error:
        details = error.response["Error"]
        if details["Code"] == "ValidationException" and "Could not find" in details["Message"]:
            return None
        raise
