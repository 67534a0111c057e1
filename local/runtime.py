"""What every part of the local AWS shares: clock, home folder, address, clients to ourselves."""

import os
from functools import cache
from pathlib import Path
from typing import Any

from local.clock import Clock

ACCOUNT = "123456789012"
REGION = os.environ.get("AWS_REGION", "eu-west-1")
# Who calls with this key is work in flight already: its events never move the virtual clock.
INSIDE_KEY = "ASIAEVERGREENINSIDE0"

clock: Clock
home: Path
endpoint_url: str


def configure(new_clock: Clock, new_home: Path, new_endpoint_url: str) -> None:
    """Set the singletons, once per process, before anything else of `local` runs."""
    global clock, home, endpoint_url
    clock, home, endpoint_url = new_clock, new_home.resolve(), new_endpoint_url
    for folder in ("logs/lambda", "logs/jobs", "logs/endpoints", "logs/ecs", "work"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    client.cache_clear()


def aws_environment() -> dict[str, str]:
    """Return the AWS_* variables of everything that runs inside (sandboxes, jobs)."""
    return {
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": INSIDE_KEY,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_SESSION_TOKEN": "local",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@cache
def client(service: str) -> Any:
    """Return a boto3 client to our own endpoint; for worker threads, never for the event loop."""
    import boto3  # noqa: PLC0415 - 0.3 s, not needed by every command
    from botocore.config import Config  # noqa: PLC0415

    make: Any = boto3.client
    return make(
        service,
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id=INSIDE_KEY,
        aws_secret_access_key="local",  # noqa: S106 - nobody checks it
        config=Config(
            read_timeout=900, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}
        ),
    )
