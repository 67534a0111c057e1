"""The laptop AWS: one process on loopback that runs the same Terraform, zips and pipelines.

MiniStack, its base, reads settings from the environment while it is imported, so they are set
here, before any other module of this package can import it.
"""

import os

os.environ.update(
    BIND_HOST="127.0.0.1",
    DOCKER_HOST="unix:///nonexistent/docker.sock",  # there may be a Docker here; it stays unused
    IOT_MTLS_ENABLED="0",
    LOG_LEVEL="WARNING",
    MINISTACK_ACCOUNT_ID="123456789012",
    MINISTACK_HOST="127.0.0.1",
    MINISTACK_REGION=os.environ.get("AWS_REGION", "eu-west-1"),
    MINISTACK_TEST_NO_AUTOSTART="1",  # no thread of its own may fire anything: the clock does
    SFTP_ENABLED="0",
)
