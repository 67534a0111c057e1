"""Tasks that call other services: requests of the machine's role, errors named as on AWS.

`aws-sdk:<service>:<action>` calls any service that the local AWS has. Of the optimized
integrations, those of SageMaker's jobs are here, with `.sync` (jobs.py).
"""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError, UnknownServiceError
from botocore.response import StreamingBody

from local import ministack, runtime
from local.iam.policies import AccessDeniedError
from local.stepfunctions import interpreter, jobs

SDK = re.compile(r"arn:aws:states:::aws-sdk:(\w+):(\w+)")
JOB = re.compile(r"arn:aws:states:::sagemaker:create(Processing|Training|Transform)Job(\.sync)?")
# Integrations of MiniStack whose permissions are checked in tasks.py.
OTHERS = ("arn:aws:lambda:", "arn:aws:states:::lambda:invoke", "arn:aws:states:::events:putEvents")
OPTIMIZED = "AmazonSageMakerException"  # of the optimized integration


def call(service: str, action: str, request: Any, unnamed: str | None = None) -> dict[str, Any]:
    """Call an action with the role of the state machine; raises ExecutionError.

    Errors that the service's API does not name are called `unnamed` by optimized integrations,
    whose times are numbers.
    """
    try:
        with runtime.acting(interpreter.session()):
            client = runtime.client(service)
    except UnknownServiceError:
        raise _unsupported(f"aws-sdk:{service}:{action}") from None
    except AccessDeniedError as denied:
        raise ministack.ExecutionError("States.TaskFailed", str(denied)) from None
    prefix = client.meta.service_model.service_id.replace(" ", "")
    method = getattr(client, xform_name(action[0].upper() + action[1:]), None)
    if method is None:
        raise _unsupported(f"aws-sdk:{service}:{action}")
    try:
        response = method(**request)
    except ParamValidationError as error:
        raise ministack.ExecutionError("States.Runtime", str(error)) from None
    except ClientError as error:
        name = _name(client, error, unnamed or f"{prefix}Exception")
        raise ministack.ExecutionError(f"{prefix}.{name}", _cause(client, error)) from None
    response.pop("ResponseMetadata")
    return dict(as_json(response, in_milliseconds=bool(unnamed)))


def as_json(value: Any, *, in_milliseconds: bool) -> Any:
    """Return a response as the result of a task: a body as text, times as ISO 8601 or numbers."""
    if isinstance(value, dict):
        return {k: as_json(v, in_milliseconds=in_milliseconds) for k, v in value.items()}
    if isinstance(value, list):
        return [as_json(item, in_milliseconds=in_milliseconds) for item in value]
    if isinstance(value, datetime):
        seconds = value.timestamp()
        return int(seconds * 1000) if in_milliseconds else runtime.iso(seconds)
    return value.read().decode() if isinstance(value, StreamingBody) else value


def _name(client: Any, error: ClientError, unnamed: str) -> str:
    """Return the name of an error in the SDK for Java, whose exceptions end alike."""
    code = error.response["Error"]["Code"]
    operation = client.meta.service_model.operation_model(error.operation_name)
    known = {
        shape.metadata.get("error", {}).get("code", shape.name) for shape in operation.error_shapes
    }
    if code not in known:
        return unnamed
    return code if code.endswith("Exception") else f"{code}Exception"


def _cause(client: Any, error: ClientError) -> str:
    found, meta = error.response["Error"], error.response["ResponseMetadata"]
    service = client.meta.service_model.service_id.replace(" ", "")
    status, code = meta["HTTPStatusCode"], found["Code"]
    return f"{found['Message']} (Service: {service}; Status Code: {status}; Error Code: {code})"


def _unsupported(integration: str) -> Exception:
    error: Exception = ministack.ExecutionError(
        "States.Runtime", f"{integration} is not part of the local AWS"
    )
    return error


def _job(kind: str, request: Any, *, wait: bool) -> dict[str, Any]:
    def sagemaker(action: str, body: Any) -> dict[str, Any]:
        return call("sagemaker", action, body, OPTIMIZED)

    return (
        jobs.run(interpreter.execution(), f"{kind}Job", request, sagemaker)
        if wait
        else sagemaker(f"create{kind}Job", request)
    )


def _invoke(invoke_resource: Callable[..., Any]) -> Callable[..., Any]:
    """Call the services that are not MiniStack's, and all of them with the machine's role."""

    def wrapper(resource: str, value: Any) -> Any:
        if found := SDK.fullmatch(resource):
            return limited(call(found[1], found[2], value))
        if found := JOB.fullmatch(resource):
            return limited(_job(found[1], value, wait=bool(found[2])))
        if resource.startswith(OTHERS):
            return invoke_resource(resource, value)
        raise _unsupported(resource)

    return wrapper


MAXIMUM_BYTES = 256 * 1024


def limited(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result; raises ExecutionError if it is larger than the data of a state may be."""
    if len(json.dumps(result).encode()) > MAXIMUM_BYTES:
        message = (
            "The state/task returned a result with a size exceeding the maximum number of bytes"
        )
        raise ministack.ExecutionError("States.DataLimitExceeded", message)
    return result


def install() -> None:
    """Take over the integrations."""
    ministack.invoke_resource.wrap(_invoke)
