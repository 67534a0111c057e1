"""The request that checks a version of `predict`, and whether its answer is one. Pure."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

UNAVAILABLE_STATUS = 503
UNAVAILABLE = "urn:evergreen:problem:endpoint-unavailable"  # functions/predict/problems.py


class BadAnswerError(Exception):
    """The version does not answer as the API must."""


@dataclass(frozen=True, slots=True)
class Release:
    """The versions of a deployment."""

    function: str
    alias: str
    current: str
    target: str


def release(revision: Mapping[str, Any]) -> Release:
    """Return the versions that the AppSpec of a revision names."""
    [resource] = json.loads(revision["appSpecContent"]["content"])["Resources"]
    [described] = resource.values()
    found = described["Properties"]
    return Release(found["Name"], found["Alias"], found["CurrentVersion"], found["TargetVersion"])


def is_unavailable(answer: Mapping[str, Any]) -> bool:
    """Return whether a version says that the endpoint behind it does not serve."""
    if answer.get("statusCode") != UNAVAILABLE_STATUS:
        return False
    return bool(json.loads(answer["body"]).get("type") == UNAVAILABLE)


def proxy_event(body: str, inference_id: str, now: datetime) -> dict[str, Any]:
    """Return the event by which API Gateway would send a body to `POST /stream`."""
    headers = {"Content-Type": "application/json", "X-Inference-Id": inference_id}
    return {
        "resource": "/stream",
        "path": "/stream",
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "httpMethod": "POST",
            "identity": {},
            "path": "/stream",
            "requestId": inference_id,
            "requestTimeEpoch": int(now.timestamp() * 1000),
            "resourcePath": "/stream",
        },
        "body": body,
        "isBase64Encoded": False,
    }


def check(answer: Mapping[str, Any]) -> None:
    """Raise BadAnswerError unless the answer is 200 with finite numbers."""
    if answer.get("statusCode") != 200:
        raise BadAnswerError(f"statusCode: got {answer}, expected 200")
    numbers = list(_numbers(json.loads(answer["body"])))
    if not numbers or not all(map(math.isfinite, numbers)):
        raise BadAnswerError(f"body: got {answer['body'][:1000]}, expected finite numbers")


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)
