"""Data capture: the records of invocations in SageMaker's format, written to S3."""

import base64
import hashlib
import json
import time
import uuid

from local import runtime
from local.http_messages import Request
from local.iam import agents
from local.sagemaker import s3_files
from local.sagemaker.api import Json
from local.sagemaker.hosting.serving_container import ContainerResponse

INFERENCE_ID = "x-amzn-sagemaker-inference-id"
SHADOW = {"invocationSource": "ShadowExperiment"}


def summary(config: Json) -> Json:
    """Return the DataCaptureConfig of DescribeEndpoint, empty without data capture."""
    capture = config.get("DataCaptureConfig")
    if capture is None:
        return {}
    enabled = capture.get("EnableCapture", False)
    found = {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": capture["InitialSamplingPercentage"],
        "DestinationS3Uri": capture["DestinationS3Uri"],
        "KmsKeyId": capture.get("KmsKeyId", ""),
    }
    return {"DataCaptureConfig": found}


def is_sampled(request_id: str, percentage: float) -> bool:
    """Return whether the request with this inference id (or event id) is captured.

    The same ids are captured in every run; on AWS they are drawn at random.
    """
    number = int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:8], "big")
    return number * 100 < percentage * 2**64


def record(
    config: Json, request: Request, kind: str, response: ContainerResponse, metadata: Json
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
    return {"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}


def write(
    endpoint: str,
    variant: str,
    session: str,
    config: Json,
    request: Request,
    kind: str,
    response: ContainerResponse,
    *,
    is_shadow: bool,
) -> None:
    """Write an invocation to S3 with the role of the model, if capture is on and it is sampled.

    `config` is the DataCaptureConfig, `session` the access key of the model's role.
    """
    if not config.get("EnableCapture", False):
        return
    now, event_id = runtime.clock.now(), str(uuid.uuid4())
    metadata: Json = {"eventId": event_id, "inferenceTime": runtime.iso(now)}
    if inference_id := request.headers.get(INFERENCE_ID):
        metadata["inferenceId"] = inference_id
    if not is_sampled(inference_id or event_id, config["InitialSamplingPercentage"]):
        return
    metadata |= SHADOW if is_shadow else {}
    line = json.dumps(record(config, request, kind, response, metadata)) + "\n"
    hour, minute = (time.strftime(form, time.gmtime(now)) for form in ("%Y/%m/%d/%H", "%M-%S"))
    milliseconds = int(now % 1 * 1000)
    name = f"{endpoint}/{variant}/{hour}/{minute}-{milliseconds:03d}-{uuid.uuid4()}.jsonl"
    uri = f"{config['DestinationS3Uri'].rstrip('/')}/{name}"
    runtime.clock.spawn(_put, session, config.get("KmsKeyId"), uri, line.encode())


def _put(session: str, kms_key: str | None, uri: str, body: bytes) -> None:
    if kms_key:
        agents.encrypt_output(session, kms_key)
    with runtime.acting(session):
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
