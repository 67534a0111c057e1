"""State that all services share: account, clock, home folder, endpoint, clients."""

import contextvars
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from local.clock.clock import Clock

DEFAULT_ACCOUNT = "123456789012"
REGION = os.environ.get("AWS_REGION", "eu-west-1")
# The access key of the local AWS itself, which needs no permissions. Its work is already counted
# as in flight, so its events never move the virtual clock.
INSIDE_KEY = "ASIAEVERGREENINSIDE0"
# The variables of the host that children inherit: they select the CPU kernels of numerical
# libraries (some hosts crash or compute wrong results without them, and results are comparable
# only between processes that use the same kernels) or the folder of temporary files.
HOST_VARIABLES = (
    "ATEN_CPU_CAPABILITY",
    "BLIS_ARCH_TYPE",
    "MKL_CBWR",
    "MKL_DEBUG_CPU_TYPE",
    "MKL_ENABLE_INSTRUCTIONS",
    "NPY_DISABLE_CPU_FEATURES",
    "NPY_ENABLE_CPU_FEATURES",
    "ONEDNN_MAX_CPU_ISA",
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
    "TMPDIR",
)

_key: contextvars.ContextVar[str] = contextvars.ContextVar("_key", default=INSIDE_KEY)

account = DEFAULT_ACCOUNT
clock: Clock
home: Path
endpoint_url: str


def configure(
    new_clock: Clock, new_home: Path, new_endpoint_url: str, new_account: str = DEFAULT_ACCOUNT
) -> None:
    """Set the shared state, once per process, before any service is used."""
    global account, clock, home, endpoint_url  # noqa: PLW0603 - `account` has a default
    account = new_account
    clock, home, endpoint_url = new_clock, new_home.resolve(), new_endpoint_url
    for folder in ("logs/lambda", "logs/jobs", "logs/endpoints", "logs/ecs", "work"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    _client.cache_clear()


def iso(seconds: float) -> str:
    """Format a time (epoch seconds) as ISO 8601 in UTC, with whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def host_environment() -> dict[str, str]:
    """Return the variables that every child inherits from the host."""
    return {name: os.environ[name] for name in HOST_VARIABLES if name in os.environ}


def aws_environment(key: str) -> dict[str, str]:
    """Return the AWS_* variables of a function, task or job with the key of its session."""
    return {
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_SESSION_TOKEN": "local",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@contextmanager
def acting(key: str) -> Iterator[None]:
    """Make `client` return clients with the access key of a session."""
    token = _key.set(key)
    try:
        yield
    finally:
        _key.reset(token)


def client(service: str) -> Any:
    """Return a boto3 client for the local endpoint; never call it on the event loop."""
    return _client(service, _key.get())


@cache
def _client(service: str, key: str) -> Any:
    import boto3  # noqa: PLC0415 - 0.3 s, not needed by every command
    from botocore.config import Config  # noqa: PLC0415

    make: Any = boto3.client
    return make(
        service,
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id=key,
        aws_secret_access_key="local",  # noqa: S106 - no signature is verified
        config=Config(
            read_timeout=900,
            # Services repeat what they do with a role.
            retries={"total_max_attempts": 1 if key == INSIDE_KEY else 6},
            s3={"addressing_style": "path"},
        ),
    )
