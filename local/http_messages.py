"""HTTP requests and responses as plain values, for the services that the local AWS implements."""

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """An AWS API request: header names in lower case, path as sent (percent-encoded)."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Decode the body; an empty body is an empty object."""
        return json.loads(self.body or b"{}")


@dataclass(frozen=True, slots=True)
class Response:
    """The response to a client."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def json_response(value: Any, status: int = 200, **headers: str) -> Response:
    """Return a response of the JSON protocol; `x_amz_id="1"` becomes the header `x-amz-id`."""
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    body = json.dumps(value, default=str).encode()
    return Response(status, {"content-type": "application/x-amz-json-1.1", **names}, body)


def error(code: str, message: str, status: int = 400) -> Response:
    """Return an AWS error in the form that both botocore and Terraform parse."""
    body = {"__type": code, "message": message, "Message": message, "Code": code}
    return json_response(body, status, x_amzn_errortype=code)
