"""InvokeEndpoint: the endpoint's container is asked, and its answer captured with the request."""

import base64
import json
import re
import time
import uuid
from typing import Any

from local import runtime
from local.http import Request, Response, error, json_response
from local.sagemaker import files
from local.sagemaker.api import ApiError
from local.sagemaker.endpoints import Endpoint, find
from local.sagemaker.serving import Answer, Serving

Json = dict[str, Any]
PATH = re.compile(r"/endpoints/([^/]+)/invocations")
SERVES = frozenset({"InService", "Updating", "SystemUpdating"})
INFERENCE_ID = "x-amzn-sagemaker-inference-id"


def handle(request: Request, name: str) -> Response:
    """Answer one invocation."""
    try:
        endpoint = find(name)
    except ApiError:
        message = f"Endpoint {name} of account {runtime.ACCOUNT} not found."
        return error("ValidationError", message)
    serving = endpoint.serving
    if serving is None or endpoint.record["EndpointStatus"] not in SERVES:
        status = endpoint.record["EndpointStatus"]
        return error("ValidationError", f"Endpoint {name} is {status}, not InService.")
    kind = request.headers.get("content-type", "application/octet-stream")
    accept = request.headers.get("accept", "*/*")
    try:
        answer = _ask(endpoint, serving, request.body, kind, accept)
    except OSError as failure:
        return _model_error(endpoint, 0, repr(failure).encode())
    if answer.status >= 400:
        return _model_error(endpoint, answer.status, answer.body)
    _capture(endpoint, request, kind, answer)
    headers = {
        "content-type": answer.content_type,
        "x-amzn-invoked-production-variant": endpoint.variant["VariantName"],
    }
    return Response(200, headers, answer.body)


def _ask(endpoint: Endpoint, serving: Serving, body: bytes, kind: str, accept: str) -> Answer:
    """Ask the container; once more, if an update has just replaced it. Raises OSError."""
    try:
        return serving.invoke(body, kind, accept)
    except OSError:
        if endpoint.serving in (None, serving):
            raise
        return endpoint.serving.invoke(body, kind, accept)


def record(config: Json, request: Request, kind: str, answer: Answer, now: float) -> Json:
    """Return the capture record of one call, in SageMaker's layout."""
    types = config.get("CaptureContentTypeHeader", {})
    modes = {option["CaptureMode"] for option in config["CaptureOptions"]}
    parts = {
        "Input": ("endpointInput", "INPUT", kind, request.body),
        "Output": ("endpointOutput", "OUTPUT", answer.content_type, answer.body),
    }
    data = {
        key: _part(mode, content_type, body, types)
        for name, (key, mode, content_type, body) in parts.items()
        if name in modes or "InputAndOutput" in modes
    }
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    metadata = {"eventId": str(uuid.uuid4()), "inferenceTime": moment}
    if inference_id := request.headers.get(INFERENCE_ID):
        metadata["inferenceId"] = inference_id
    return {"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}


def _capture(endpoint: Endpoint, request: Request, kind: str, answer: Answer) -> None:
    """Write the call to S3 if the configuration says so (all calls, whatever the percentage)."""
    config = endpoint.config.get("DataCaptureConfig", {})
    if not config.get("EnableCapture", False):
        return
    now = runtime.clock.now()
    line = json.dumps(record(config, request, kind, answer, now)) + "\n"
    folder = f"{endpoint.record['EndpointName']}/{endpoint.variant['VariantName']}"
    hour, minute = (time.strftime(form, time.gmtime(now)) for form in ("%Y/%m/%d/%H", "%M-%S"))
    milliseconds = int(now % 1 * 1000)
    name = f"{folder}/{hour}/{minute}-{milliseconds:03d}-{uuid.uuid4()}.jsonl"
    uri = f"{config['DestinationS3Uri'].rstrip('/')}/{name}"
    runtime.clock.spawn(files.write, uri, line.encode())


def _part(mode: str, content_type: str, body: bytes, types: Json) -> Json:
    plain = content_type.partition(";")[0]
    if plain in types.get("JsonContentTypes", []):
        data, encoding = body.decode(), "JSON"
    elif plain in types.get("CsvContentTypes", []):
        data, encoding = body.decode(), "CSV"
    else:
        data, encoding = base64.b64encode(body).decode(), "BASE64"
    return {"observedContentType": plain, "mode": mode, "data": data, "encoding": encoding}


def _model_error(endpoint: Endpoint, status: int, body: bytes) -> Response:
    """Answer 424 with what the container said, as SageMaker does."""
    said = body.decode(errors="replace")
    name = endpoint.record["EndpointName"]
    message = (
        f"Received {'client' if 400 <= status < 500 else 'server'} error ({status}) from primary "
        f'with message "{said}". See the log group /aws/sagemaker/Endpoints/{name}.'
    )
    answer = {
        "ErrorCode": "CLIENT_ERROR_FROM_MODEL"
        if 400 <= status < 500
        else "INTERNAL_FAILURE_FROM_MODEL",
        "LogStreamArn": f"arn:aws:logs:{runtime.REGION}:{runtime.ACCOUNT}:log-group:"
        f"/aws/sagemaker/Endpoints/{name}",
        "Message": message,
        "OriginalMessage": said,
        "OriginalStatusCode": status or 500,
    }
    return json_response(answer, 424, x_amzn_errortype="ModelError")
