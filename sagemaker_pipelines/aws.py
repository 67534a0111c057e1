"""AWS clients for code that runs in a container."""

import os
from typing import Any

import boto3


def client(service: Any) -> Any:
    """Create a client. SageMaker sets the region as AWS_REGION, which boto3 does not read."""
    return boto3.client(service, region_name=os.environ.get("AWS_REGION"))
