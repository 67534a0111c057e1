"""One HTTP request and answer as plain values, for the services that are ours."""

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """An AWS API request: header names are lower-case, the path is not decoded."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    region: str

    def json(self) -> Any:
        """Decode the body; an empty one is an empty object."""
        return json.loads(self.body or b"{}")


@dataclass(frozen=True, slots=True)
class Response:
    """What goes back to the client."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def json_response(value: Any, status: int = 200, **headers: str) -> Response:
    """Answer in the JSON protocol; keyword names become header names (`x_amz_id` -> x-amz-id)."""
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    body = json.dumps(value, default=str).encode()
    return Response(status, {"content-type": "application/x-amz-json-1.1", **names}, body)


def error(code: str, message: str, status: int = 400) -> Response:
    """Answer with an AWS error, in the form that botocore and Terraform both read."""
    body = {"__type": code, "message": message, "Message": message, "Code": code}
    return json_response(body, status, x_amzn_errortype=code)
