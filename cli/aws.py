"""Helpers of all queries: pages, S3 objects, and errors that mean "does not exist"."""

from collections.abc import Callable, Iterator
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
    """Yield the elements of all pages of a list operation."""
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page.get(key) or ()


def is_absent(error: ClientError) -> bool:
    """Return whether a resource does not exist; SageMaker has no error code for it."""
    details = error.response["Error"]
    text = details.get("Message", "").lower()
    return details["Code"] in ABSENT or (
        details["Code"] == "ValidationException"
        and ("does not exist" in text or "could not find" in text)
    )


def s3_object(clients: Clients, uri: str) -> bytes:
    """Return the object at `s3://bucket/key`."""
    location = urlsplit(uri)
    response = clients("s3").get_object(Bucket=location.netloc, Key=location.path.lstrip("/"))
    body: bytes = response["Body"].read()
    return body
