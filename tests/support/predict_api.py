"""The function `predict` behind a proxy event, with an endpoint in memory."""

import io
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import tests.support.lambda_environment  # noqa: F401 - the handler needs it
from predict import handler
from tests.support.aws_calls import CallError, stubbed
from tests.support.feature_records import batch_response
from tests.support.lambda_context import CONTEXT

# Created once, now: a test may run without a region.
handler.sagemaker()
handler.store()

PIPELINES = Path(__file__).parents[2] / "sagemaker_pipelines"
MODELS = ("abalone", "forecaster", "linear_regression")
REQUEST_ID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
NOW = 1728561630123  # 2024-10-10T12:00:30.123Z in epoch milliseconds
FORECAST = {
    "feature_group_name": "test-minutes",
    "history_minutes": 60,
    "prediction_length": 30,
    "samples": 100,
}
SLOPE, INTERCEPT = 938.2378612512636, 152.59520746932477  # of the linear model


def record(model):
    return json.loads((PIPELINES / model / "record.json").read_text())


def predicted(line):
    """Return what the stubbed models predict for a line of CSV."""
    cells = line.split(",")
    return SLOPE * float(cells[0]) + INTERCEPT if len(cells) == 1 else 9.1


def forecast_of(instance, length=30):
    values = {"0.1": [90.0] * length, "0.5": [100.0] * length, "0.9": [110.0] * length}
    return {"mean": [100.5] * length, "quantiles": values}


@dataclass
class Answer:
    status: int
    headers: dict
    text: str

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def content_type(self):
        return self.headers["content-type"]


def event(method, path, body=None, headers=None, resource=None):
    """Return the proxy event of a REST API, whose headers have the client's capitals."""
    headers = {"X-Amzn-Trace-Id": "Root=1-0", **(headers or {})}
    return {
        "resource": resource or path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "httpMethod": method,
            "identity": {"sourceIp": "192.0.2.1"},
            "path": f"/production{path}",
            "requestId": REQUEST_ID,
            "requestTimeEpoch": NOW,
            "resourcePath": resource or path,
            "stage": "production",
        },
        "body": body,
        "isBase64Encoded": False,
    }


@dataclass
class Api:
    """An API of one model; its attributes say what the endpoint does."""

    fails: object = None  # CallError or other exception of InvokeEndpoint
    response: bytes | None = None  # of the endpoint, instead of a prediction
    status: str | None = "InService"
    newest: str = "2024-10-10T11:58:00Z"  # minute in the feature store
    requests: list = field(default_factory=list)

    def call(self, method, path, body=None, **headers):
        """Send a request -> Answer; `content_type="text/csv"` is the header Content-Type."""
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        text = body if body is None or isinstance(body, str) else json.dumps(body)
        return self.deliver(event(method, path, text, named))

    def deliver(self, proxy_event):
        operations = {"InvokeEndpoint": self._invoke}
        with (
            stubbed(handler.runtime, operations),
            stubbed(handler.sagemaker(), {"DescribeEndpoint": self._describe}),
            stubbed(handler.store(), {"BatchGetRecord": self._rows}),
        ):
            found = handler.lambda_handler(proxy_event, CONTEXT)
        pairs = {name: values[-1] for name, values in found["multiValueHeaders"].items()}
        headers = {name.lower(): value for name, value in pairs.items()}
        return Answer(found["statusCode"], headers, found["body"])

    def _invoke(self, **request):
        self.requests.append(request)
        if self.fails:
            raise self.fails
        body = self.response
        if body is None and request["ContentType"] == "text/csv":
            lines = request["Body"].decode().splitlines()
            body = "".join(f"{predicted(line)!r}\n" for line in lines).encode()
        elif body is None:
            instances = json.loads(request["Body"])["instances"]
            body = json.dumps({"predictions": list(map(forecast_of, instances))}).encode()
        return {"Body": io.BytesIO(body), "ContentType": request["ContentType"]}

    def _describe(self, **request):
        if self.status is None:
            raise CallError("ValidationException", 'Could not find endpoint "arn".')
        return {
            "EndpointName": request["EndpointName"],
            "EndpointArn": f"arn:aws:sagemaker:eu-west-1:123456789012:endpoint/{'x' * 8}",
            "EndpointConfigName": f"{request['EndpointName']}-v7",
            "EndpointStatus": self.status,
            "CreationTime": 0,
            "LastModifiedTime": 0,
        }

    def _rows(self, Identifiers):  # noqa: N803
        (identifiers,) = Identifiers
        minutes = identifiers["RecordIdentifiersValueAsString"]
        rows = [
            {"tx_minute": minute, "avg_fee_1min": "100.5"}
            for minute in minutes
            if minute <= self.newest
        ]
        return batch_response(identifiers["FeatureGroupName"], rows)


@contextmanager
def model_error(api, status, message="no such luck"):
    """Let the model answer with an error, which botocore reports as ModelError."""

    def failure(**_):
        return SimpleNamespace(status_code=424), {
            "Error": {"Code": "ModelError", "Message": f"Received error ({status}) from model"},
            "OriginalStatusCode": status,
            "OriginalMessage": message,
            "ResponseMetadata": {},
        }

    events = handler.runtime.meta.events
    events.register_first("before-call.sagemaker-runtime.InvokeEndpoint", failure)
    try:
        yield api
    finally:
        events.unregister("before-call.sagemaker-runtime.InvokeEndpoint", failure)


def environment(model, **changes):
    """Return the variables of the function that serves a model, as Terraform sets them."""
    return {
        "CORS_ORIGINS": "[]",
        "ENDPOINT_NAME": "test-production",
        "FORECAST": json.dumps(FORECAST if model == "forecaster" else None),
        "MAX_ROWS": "1000",
        "RECORD": json.dumps(record(model)),
        **changes,
    }
