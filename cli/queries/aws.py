"""What all reads share: pages, times, names, and what counts as not there."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

Clients = Callable[[str], Any]
Json = dict[str, Any]

ABSENT = frozenset(
    {
        "ClusterNotFoundException",
        "NoSuchBucket",
        "NoSuchKey",
        "ParameterNotFound",
        "ResourceNotFound",
        "ResourceNotFoundException",
    }
)


def pages(client: Any, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
    """Yield the elements of all pages of a list."""
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page.get(key) or ()


def iso(time: datetime) -> str:
    """Write a time as `YYYY-MM-DDTHH:MM:SSZ`."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def absent(error: ClientError) -> bool:
    """Whether AWS says that what was asked for is not there; SageMaker says so in words only."""
    said = error.response["Error"]
    text = said.get("Message", "").lower()
    return said["Code"] in ABSENT or (
        said["Code"] == "ValidationException"
        and ("does not exist" in text or "could not find" in text)
    )


def bucket(clients: Clients, prefix: str) -> str:
    """Return the name of the data bucket."""
    account = clients("sts").get_caller_identity()["Account"]
    return f"{prefix}-{account}-{clients('s3').meta.region_name}"


def s3_object(clients: Clients, uri: str) -> bytes:
    """Return the object at `s3://bucket/key`."""
    place = urlsplit(uri)
    answer = clients("s3").get_object(Bucket=place.netloc, Key=place.path.lstrip("/"))
    body: bytes = answer["Body"].read()
    return body
