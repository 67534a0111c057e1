"""What every handler needs when it is imported: credentials, Powertools' settings, and moto."""

import os
import sys

import moto.core.models  # noqa: F401 - a client created before it would not see mock_aws

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_MAX_ATTEMPTS": "1",  # no test waits for a network that it must not use
    "AWS_SECRET_ACCESS_KEY": "test",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "POWERTOOLS_METRICS_NAMESPACE": "Evergreen/test",
    "POWERTOOLS_SERVICE_NAME": "test-function",
}

os.environ |= ENVIRONMENT

from common.observability import logger  # noqa: E402 - it reads the environment


class CurrentStdout:
    """Writes to whatever sys.stdout is at the time, because pytest replaces it."""

    def write(self, text):
        return sys.stdout.write(text)

    def flush(self):
        sys.stdout.flush()


logger.logger_handler.setStream(CurrentStdout())
