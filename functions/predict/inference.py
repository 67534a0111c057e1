"""Invoke the endpoint; its errors become problems."""

import contextlib
import json
import re
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from predict.problems import Kind, NotReadyError, ProblemError

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

MAX_BYTES = 6_291_456  # of InvokeEndpoint's body; also what a function may return
MAX_MESSAGE = 1000  # characters of a model's message
HEADER = "X-Inference-Id"
ID = re.compile(r"[\x21-\x7e]{1,64}")  # InferenceId takes any ASCII; headers have no spaces
# By the model's own status; its other 4xx are faults of the request, and 5xx of the model.
MODEL_STATUSES = {413: Kind.TOO_LARGE, 429: Kind.TOO_MANY_REQUESTS, 503: Kind.ENDPOINT_UNAVAILABLE}
CODES = {
    "InternalDependencyException": Kind.MODEL_FAILED,
    "InternalFailure": Kind.MODEL_FAILED,
    "ModelNotReadyException": Kind.ENDPOINT_UNAVAILABLE,
    "ServiceUnavailable": Kind.ENDPOINT_UNAVAILABLE,
    "ServiceUnavailableException": Kind.ENDPOINT_UNAVAILABLE,
    "ThrottlingException": Kind.TOO_MANY_REQUESTS,
    # The requests themselves are valid: the endpoint does not exist, or is not in service.
    "ValidationError": Kind.ENDPOINT_UNAVAILABLE,
    "ValidationException": Kind.ENDPOINT_UNAVAILABLE,
}
NOT_CREATED = re.compile(r"^Endpoint \S+ (of account \d+ not found|is Creating)")


def checked_id(text: str) -> str:
    """Return the inference id of a request's header; raises ProblemError."""
    if ID.fullmatch(text):
        return text
    expected = "1 to 64 printable ASCII characters without spaces"
    detail = f"{HEADER}: got {ascii(text)[:100]}, expected {expected}"
    raise ProblemError(Kind.INVALID_HEADER, detail)


def invoke(
    runtime: "SageMakerRuntimeClient", name: str, content_type: str, body: bytes, inference_id: str
) -> bytes:
    """Return the endpoint's answer; raises ProblemError."""
    check_size("the request to the model", body)
    try:
        response = runtime.invoke_endpoint(
            EndpointName=name,
            ContentType=content_type,
            Accept=content_type,
            Body=body,
            InferenceId=inference_id,
        )
        answer = response["Body"].read()
    except ClientError as error:
        raise _problem(name, error.response) from error
    except BotoCoreError as error:  # no connection, or no answer in time
        message = f"endpoint {name}: {error}"
        raise ProblemError(Kind.ENDPOINT_UNAVAILABLE, message) from error
    check_size("the answer", answer)
    return answer


def check_size(name: str, body: bytes) -> None:
    """Raise ProblemError if a request or answer is too large for SageMaker or Lambda."""
    if len(body) > MAX_BYTES:
        expected = f"at most {MAX_BYTES}; send fewer rows"
        raise ProblemError(Kind.TOO_LARGE, f"{name}: got {len(body)} bytes, expected {expected}")


def _problem(name: str, response: Any) -> ProblemError:
    details = response["Error"]
    if details["Code"] != "ModelError":
        kind = CODES.get(details["Code"])
        if kind is None:  # such as AccessDeniedException: the deployment is wrong
            kind = Kind.MODEL_FAILED
        problem = NotReadyError if NOT_CREATED.match(details["Message"]) else ProblemError
        # Not with AWS's message, which names account and role: the log of the function has it.
        detail = f"endpoint {name}: got {details['Code']}, expected an answer"
        return problem(kind, detail, cause=details["Message"])
    status = response.get("OriginalStatusCode", 500)
    default = Kind.REFUSED_BY_MODEL if 400 <= status < 500 else Kind.MODEL_FAILED
    message = _sentence(response.get("OriginalMessage") or details["Message"])
    return ProblemError(MODEL_STATUSES.get(status, default), f"the model: {message}")


def _sentence(text: str) -> str:
    """Return what the model says: our containers answer `{"error": "…"}`, others plain text."""
    with contextlib.suppress(KeyError, TypeError, ValueError):
        text = json.loads(text)["error"]
    return str(text)[:MAX_MESSAGE]
