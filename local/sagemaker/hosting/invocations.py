"""InvokeEndpoint: forward the request to the container and capture request and response."""

import base64
import json
import re
import time
import uuid

from local import faults, runtime
from local.http_messages import Request, Response, error, json_response
from local.iam import agents
from local.sagemaker import s3_files
from local.sagemaker.api import LOCK, ApiError, Json
from local.sagemaker.hosting.endpoints import Endpoint, endpoints
from local.sagemaker.hosting.serving_container import ContainerResponse, ServingContainer

PATH = re.compile(r"/endpoints/([^/]+)/invocations")
SERVING = frozenset({"InService", "Updating", "SystemUpdating"})
INFERENCE_ID = "x-amzn-sagemaker-inference-id"


def handle(request: Request, name: str) -> Response:
    """Handle one invocation."""
    try:
        endpoint = endpoints.get(name)
    except ApiError:
        message = f"Endpoint {name} of account {runtime.ACCOUNT} not found."
        return error("ValidationError", message)
    with LOCK:
        serving, status = endpoint.serving, endpoint.record["EndpointStatus"]
    if serving is None or status not in SERVING:
        return error("ValidationError", f"Endpoint {name} is {status}, not InService.")
    if faults.take(faults.Faulty("endpoint", name)):
        serving.crash()
    kind = request.headers.get("content-type", "application/octet-stream")
    accept = request.headers.get("accept", "*/*")
    try:
        response = _invoke(endpoint, serving, request.body, kind, accept)
    except OSError as failure:
        return _model_error(name, 0, repr(failure).encode())
    if response.status >= 400:
        return _model_error(name, response.status, response.body)
    _capture(endpoint, request, kind, response)
    headers = {
        "content-type": response.content_type,
        "x-amzn-invoked-production-variant": endpoint.variant["VariantName"],
    }
    return Response(200, headers, response.body)


def _invoke(
    endpoint: Endpoint, serving: ServingContainer, body: bytes, kind: str, accept: str
) -> ContainerResponse:
    """Invoke the container, once more if an update has just replaced it; raises OSError."""
    try:
        return serving.invoke(body, kind, accept)
    except OSError:
        if endpoint.serving in (None, serving):
            raise
        return endpoint.serving.invoke(body, kind, accept)


def capture_record(
    config: Json, request: Request, kind: str, response: ContainerResponse, now: float
) -> Json:
    """Return the capture record of one invocation in SageMaker's format."""
    types = config.get("CaptureContentTypeHeader", {})
    modes = {option["CaptureMode"] for option in config["CaptureOptions"]}
    parts = {
        "Input": ("endpointInput", "INPUT", kind, request.body),
        "Output": ("endpointOutput", "OUTPUT", response.content_type, response.body),
    }
    data = {
        key: _part(mode, content_type, body, types)
        for name, (key, mode, content_type, body) in parts.items()
        if name in modes or "InputAndOutput" in modes
    }
    metadata = {"eventId": str(uuid.uuid4()), "inferenceTime": runtime.iso(now)}
    if inference_id := request.headers.get(INFERENCE_ID):
        metadata["inferenceId"] = inference_id
    return {"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}


def _capture(endpoint: Endpoint, request: Request, kind: str, response: ContainerResponse) -> None:
    """Write the invocation to S3 if capture is enabled; the sampling percentage is ignored."""
    config = endpoint.config.get("DataCaptureConfig", {})
    if not config.get("EnableCapture", False):
        return
    now = runtime.clock.now()
    line = json.dumps(capture_record(config, request, kind, response, now)) + "\n"
    folder = f"{endpoint.record['EndpointName']}/{endpoint.variant['VariantName']}"
    hour, minute = (time.strftime(form, time.gmtime(now)) for form in ("%Y/%m/%d/%H", "%M-%S"))
    milliseconds = int(now % 1 * 1000)
    name = f"{folder}/{hour}/{minute}-{milliseconds:03d}-{uuid.uuid4()}.jsonl"
    uri = f"{config['DestinationS3Uri'].rstrip('/')}/{name}"
    runtime.clock.spawn(_write, endpoint, uri, line.encode())


def _write(endpoint: Endpoint, uri: str, body: bytes) -> None:
    """Write a capture record with the role of the model."""
    if key := endpoint.config["DataCaptureConfig"].get("KmsKeyId"):
        agents.encrypt_output(endpoint.session, key)
    with runtime.acting(endpoint.session):
        s3_files.write(uri, body)


def _part(mode: str, content_type: str, body: bytes, types: Json) -> Json:
    plain = content_type.partition(";")[0]
    if plain in types.get("JsonContentTypes", []):
        data, encoding = body.decode(), "JSON"
    elif plain in types.get("CsvContentTypes", []):
        data, encoding = body.decode(), "CSV"
    else:
        data, encoding = base64.b64encode(body).decode(), "BASE64"
    return {"observedContentType": plain, "mode": mode, "data": data, "encoding": encoding}


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
        "LogStreamArn": f"arn:aws:logs:{runtime.REGION}:{runtime.ACCOUNT}:log-group:{group}",
        "Message": message,
        "OriginalMessage": original,
        "OriginalStatusCode": status or 500,
    }
    return json_response(details, 424, x_amzn_errortype="ModelError")
