"""What every function finds when its handler is imported: its environment, and moto."""

import os

import moto.core.models  # noqa: F401 - a client made before it would not see mock_aws

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_MAX_ATTEMPTS": "1",  # no test waits for a network that it must not use
    "AWS_SECRET_ACCESS_KEY": "test",
    "EVENT_BUS_NAME": "test",
    "METRIC_NAMESPACE": "Evergreen/test",
    "PREFIX": "test",
}

os.environ |= ENVIRONMENT
