"""SageMaker endpoints: the one place that recognizes an endpoint that does not exist."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient


def describe(sagemaker: "SageMakerClient", name: str) -> dict[str, Any] | None:
    """Return DescribeEndpoint's response, None if there is no such endpoint."""
    try:
        return dict(sagemaker.describe_endpoint(EndpointName=name))
    except ClientError as error:
        details = error.response["Error"]
        if details["Code"] == "ValidationException" and "Could not find" in details["Message"]:
            return None
        raise
