"""Helpers of all queries: pagination, S3 objects, missing resources."""

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from common import s3_objects

Clients = Callable[[str], Any]
Json = dict[str, Any]

ABSENT = {"ClusterNotFoundException", "NoSuchBucket", "NoSuchKey", "ParameterNotFound"}


def pages(client: Any, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
    """Yield the elements of all pages of a list operation."""
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page.get(key) or ()


def is_absent(error: ClientError) -> bool:
    """Return whether an error means that a resource does not exist."""
    return error.response["Error"]["Code"] in ABSENT


def operator(clients: Clients) -> str:
    """Return who uses the credentials: the ARN of a user or of a role's session."""
    return str(clients("sts").get_caller_identity()["Arn"])


def s3_object(clients: Clients, uri: str) -> bytes:
    """Return the object at `s3://bucket/key`."""
    return s3_objects.read_uri(clients("s3"), uri)
