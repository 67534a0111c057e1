"""InvokeEndpoint: forward the request to a container and capture request and response."""

import re
import time

from local import faults, runtime
from local.http_messages import Request, Response, error, json_response
from local.sagemaker.api import LOCK, ApiError
from local.sagemaker.hosting import capture, endpoint_metrics
from local.sagemaker.hosting.endpoint import Endpoint
from local.sagemaker.hosting.endpoint_metrics import Invocation
from local.sagemaker.hosting.endpoints import endpoints
from local.sagemaker.hosting.fleet import Fleet, Instance, NoCapacityError, Variant, leased
from local.sagemaker.hosting.serving_container import ContainerResponse

PATH = re.compile(r"/endpoints/([^/]+)/invocations")
SERVING = frozenset({"InService", "Updating", "SystemUpdating", "RollingBack"})
TARGET_VARIANT = "x-amzn-sagemaker-target-variant"


def handle(request: Request, name: str) -> Response:
    """Handle one invocation."""
    began = time.monotonic()
    try:
        endpoint = endpoints.get(name)
    except ApiError:
        message = f"Endpoint {name} of account {runtime.account} not found."
        return error("ValidationError", message)
    with LOCK:
        if endpoint.fleet is None or endpoint.status not in SERVING:
            message = f"Endpoint {name} is {endpoint.status}, not InService."
            return error("ValidationError", message)
        try:
            fleet, variant, instance = endpoint.route(request.headers.get(TARGET_VARIANT))
        except ApiError as refused:
            return error(refused.code, refused.message)
    if faults.take(faults.Faulty("endpoint", name)):
        instance.container.crash()  # which is started again
    try:
        response, seconds = _invoke(variant, instance, request)
    except NoCapacityError:
        message = f"Endpoint {name} has no capacity for more concurrent requests."
        return error("ThrottlingException", message, 429)
    whole = time.monotonic() - began
    count = len(variant.instances)
    endpoint_metrics.put(
        Invocation(name, variant.name, count, response.status, seconds, whole - seconds)
    )
    _copy_to_shadow(endpoint, fleet, request)
    if not 0 < response.status < 400:
        return _model_error(name, response.status, response.body)
    _capture(endpoint, fleet, variant, request, response)
    headers = {
        "content-type": response.content_type,
        "x-amzn-invoked-production-variant": variant.name,
    }
    return Response(200, headers, response.body)


def _invoke(
    variant: Variant, instance: Instance, request: Request
) -> tuple[ContainerResponse, float]:
    """Return the response (status 0: no answer) and the seconds until it."""
    kind, accept = _kind(request), request.headers.get("accept", "*/*")
    with leased(variant, instance) as container:
        began = time.monotonic()
        try:
            response = container.invoke(request.body, kind, accept)
        except OSError as failure:
            response = ContainerResponse(0, "", repr(failure).encode())
        return response, time.monotonic() - began


def _copy_to_shadow(endpoint: Endpoint, fleet: Fleet, request: Request) -> None:
    """Send a copy of the request to the shadow variant, whose answer is only captured."""
    with LOCK:
        variant = fleet.next_shadow()
        instance = variant.acquire() if variant and variant.instances else None
    if variant and instance:
        runtime.clock.spawn(_invoke_shadow, endpoint, fleet, variant, instance, request)


def _invoke_shadow(
    endpoint: Endpoint, fleet: Fleet, variant: Variant, instance: Instance, request: Request
) -> None:
    response, seconds = _invoke(variant, instance, request)
    endpoint_metrics.put(
        Invocation(
            endpoint.name, variant.name, len(variant.instances), response.status, seconds, 0.0
        )
    )
    if 0 < response.status < 400:
        _capture(endpoint, fleet, variant, request, response, is_shadow=True)


def _capture(
    endpoint: Endpoint,
    fleet: Fleet,
    variant: Variant,
    request: Request,
    response: ContainerResponse,
    *,
    is_shadow: bool = False,
) -> None:
    capture.write(
        endpoint.name,
        variant.name,
        variant.session,
        fleet.config.get("DataCaptureConfig") or {},
        request,
        _kind(request),
        response,
        is_shadow=is_shadow,
    )


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "application/octet-stream")


def _model_error(endpoint_name: str, status: int, body: bytes) -> Response:
    """Return the error 424 with the container's error response, as SageMaker does."""
    original = body.decode(errors="replace")
    group = f"/aws/sagemaker/Endpoints/{endpoint_name}"
    client_error = 400 <= status < 500
    code = "CLIENT_ERROR_FROM_MODEL" if client_error else "INTERNAL_FAILURE_FROM_MODEL"
    message = (
        f"Received {'client' if client_error else 'server'} error ({status}) from primary "
        f'with message "{original}". See the log group {group}.'
    )
    details = {
        "ErrorCode": code,
        "LogStreamArn": f"arn:aws:logs:{runtime.REGION}:{runtime.account}:log-group:{group}",
        "Message": message,
        "OriginalMessage": original,
        "OriginalStatusCode": status or 500,
    }
    return json_response(details, 424, x_amzn_errortype="ModelError")
