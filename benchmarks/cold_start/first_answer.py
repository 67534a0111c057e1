"""Measure one start: `python -m benchmarks.cold_start.first_answer predict|bare`, a JSON line.

Import of the handler and its first answer, with an endpoint in memory. `bare` is a handler with
only boto3 that passes the number of one row on: no checks, errors, metrics or log.
"""

import importlib
import io
import json
import os
import sys
from types import SimpleNamespace
from typing import Any

from benchmarks.cold_start.imports import ENVIRONMENT
from benchmarks.measure import ROOT, CpuClock

EVENT = {
    "resource": "/stream",
    "path": "/stream",
    "httpMethod": "POST",
    "headers": {"content-type": "application/json", "x-inference-id": "one"},
    "multiValueHeaders": {},
    "queryStringParameters": None,
    "requestContext": {
        "httpMethod": "POST",
        "path": "/production/stream",
        "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
        "requestTimeEpoch": 1728561630123,
        "resourcePath": "/stream",
    },
    "body": '{"x": [[0.3]]}',
    "isBase64Encoded": False,
}
RECORD = ROOT / "sagemaker_pipelines" / "linear_regression" / "record.json"
CONTEXT = SimpleNamespace(
    aws_request_id="1",
    function_name="predict",
    invoked_function_arn="arn",
    memory_limit_in_mb="512",
)


def _stub(client: Any) -> None:
    """Answer every invocation with one number."""

    def answer(**_: Any) -> tuple[Any, dict[str, Any]]:
        return SimpleNamespace(status_code=200), {"Body": io.BytesIO(b"434.0765649977469\n")}

    client.meta.events.register_first("before-call.sagemaker-runtime.InvokeEndpoint", answer)


def predict() -> dict[str, Any]:
    """Start the function and get its first answer."""
    os.environ.update(
        CORS_ORIGINS="[]",
        ENDPOINT_NAME="e",
        FORECAST="null",
        MAX_ROWS="1000",
        RECORD=RECORD.read_text(),
    )
    clock = CpuClock()
    handler = importlib.import_module("predict.handler")
    _stub(handler.runtime)
    answer = handler.lambda_handler(EVENT, CONTEXT)
    return {"cpu": clock.seconds(), "status": answer["statusCode"], "body": answer["body"]}


def bare() -> dict[str, Any]:
    """Start a handler with only boto3 and get its first answer."""
    clock = CpuClock()
    runtime = importlib.import_module("boto3").client("sagemaker-runtime")
    _stub(runtime)
    [[value]] = json.loads(str(EVENT["body"]))["x"]
    response = runtime.invoke_endpoint(
        EndpointName="e", ContentType="text/csv", Body=f"{value}\n".encode(), InferenceId="one"
    )
    body = json.dumps(round(float(response["Body"].read()), 2))
    answer = {"statusCode": 200, "headers": {}, "body": body}
    print(json.dumps(answer), file=sys.stderr)
    return {"cpu": clock.seconds(), "status": answer["statusCode"], "body": body}


if __name__ == "__main__":
    os.environ.update(ENVIRONMENT)
    print(json.dumps({"bare": bare, "predict": predict}[sys.argv[1]]()))
