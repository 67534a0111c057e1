"""AWS clients for code that runs in a container."""

from typing import Any

import boto3
from botocore.config import Config

from common.aws_session import session


def client(service: Any, config: Config | None = None) -> Any:
    """Create a client in the region that SageMaker sets as AWS_REGION."""
    return boto3.client(service, region_name=session().region_name, config=config)
