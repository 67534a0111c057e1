"""The SageMaker control plane: a registry of operations for clients and for pipelines."""

import copy
import logging
import threading
from collections.abc import Callable
from typing import Any

from local.http_messages import Request, Response, error, json_response
from local.sagemaker import shapes

log = logging.getLogger(__name__)

Json = dict[str, Any]
Operation = Callable[[Json], Json]

# Guards all state of the control plane: operations hold it, workers acquire it for changes.
# A thread that holds it must not wait for another thread.
LOCK = threading.RLock()

_operations: dict[str, Operation] = {}


class ApiError(Exception):
    """An error response: AWS's error code, message and HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def operation(name: str) -> Callable[[Operation], Operation]:
    """Register a function as an operation of the API."""

    def register(function: Operation) -> Operation:
        _operations[name] = function
        return function

    return register


def call(name: str, body: Json) -> Json:
    """Call an operation with copies of request and response; raises ApiError."""
    if name not in _operations:
        raise ApiError("UnknownOperationException", f"{name} is not part of the local AWS")
    if report := shapes.problems(name, body):
        raise ApiError("ValidationException", report)
    try:
        with LOCK:
            return copy.deepcopy(_operations[name](copy.deepcopy(body)))
    except KeyError as missing:
        log.exception("%s", name)
        raise ApiError("ValidationException", f"{name}: {missing} is required") from None


def handle(request: Request) -> Response:
    """Handle a request of the JSON protocol (`X-Amz-Target: SageMaker.<Operation>`)."""
    name = request.headers.get("x-amz-target", "").rpartition(".")[2]
    try:
        return json_response(call(name, request.json()))
    except ApiError as rejected:
        return error(rejected.code, rejected.message, rejected.status)
