"""The roles that a request gives to a service."""

from collections.abc import Iterator
from typing import Any

# The principal that assumes the roles in the requests of a service.
PRINCIPALS = {
    "codebuild": "codebuild",
    "codedeploy": "codedeploy",
    "ecs": "ecs-tasks",
    "events": "events",
    "firehose": "firehose",
    "kinesisanalytics": "kinesisanalytics",
    "lambda": "lambda",
    "sagemaker": "sagemaker",
    "states": "states",
}
FIELDS = {"executionrolearn", "role", "rolearn", "servicerole", "servicerolearn", "taskrolearn"}


def find(value: Any) -> Iterator[str]:
    """Yield the ARNs of the roles that a request names, at any depth."""
    if isinstance(value, list):
        for item in value:
            yield from find(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name.lower() in FIELDS and isinstance(item, str) and ":role/" in item:
                yield item
            else:
                yield from find(item)
