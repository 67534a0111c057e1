"""AWS clients for code that runs in a container."""

from typing import Any

import boto3

from common import region


def client(service: Any) -> Any:
    """Create a client; SageMaker sets the region as AWS_REGION."""
    return boto3.client(service, region_name=region.find())
