"""Proxy event of API Gateway -> predictions of the endpoint, or a problem (RFC 9457)."""

from common import fast_start  # noqa: F401, I001 - before all other imports

import json
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config

from common import deepar, endpoints, windows
from common.observability import add_metrics, logger, metrics
from predict import cors, forecasts, health, inference
from predict.body import JSON
from predict.exchange import Exchange
from predict.prediction import prediction
from predict.problems import CONTENT_TYPE, Kind, NotReadyError, ProblemError
from predict.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker_featurestore_runtime import SageMakerFeatureStoreRuntimeClient

# API Gateway waits for 29 s; a client repeats what was throttled.
CONFIG = Config(connect_timeout=2, read_timeout=24, retries={"total_max_attempts": 1})

runtime = boto3.client("sagemaker-runtime", config=CONFIG)
app = APIGatewayRestResolver()


@cache
def sagemaker() -> "SageMakerClient":
    """Return the client of `GET /health`."""
    return boto3.client("sagemaker")


@cache
def store() -> "SageMakerFeatureStoreRuntimeClient":
    """Return the client of `GET /forecast`."""
    return boto3.client("sagemaker-featurestore-runtime")


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Answer one request of a client; API Gateway counts requests and errors, free of charge."""
    request = event["requestContext"]
    now = datetime.fromtimestamp(request["requestTimeEpoch"] / 1000, UTC)
    exchange = Exchange(Settings.from_env(), now, request["requestId"], request["requestId"])
    app.context["exchange"] = exchange  # cleared by `resolve`
    answer: dict[str, Any] = app.resolve(event, context)
    status, route = answer["statusCode"], f"{request['httpMethod']} {request['resourcePath']}"
    logger.info("request answered", route=route, status=status, extra=exchange.logged())
    if isinstance(exchange.problem, NotReadyError):  # what the alarm of the API does not count
        metrics.add_dimension("EndpointName", exchange.settings.endpoint_name)
        add_metrics(now, {"RequestsNotReady": 1}, MetricUnit.Count)
    return answer


@app.post("/stream")
def stream() -> Response[str]:
    """Predict one record."""
    return _predict(single=True)


@app.post("/batch")
def batch() -> Response[str]:
    """Predict many records."""
    return _predict(single=False)


@app.get("/forecast")
def forecast() -> Response[str]:
    """Forecast the next minutes from the newest features."""
    exchange = _exchange()
    wanted = exchange.settings.forecast
    if wanted is None:
        model = exchange.settings.record.model
        raise ProblemError(Kind.NOT_FOUND, f"GET /forecast: {model} is not a forecaster")
    history, length = wanted.history_minutes, wanted.prediction_length
    minutes = forecasts.span(exchange.now, history, length)
    fees = windows.average_fees(store(), wanted.feature_group_name, minutes)
    read = forecasts.context(minutes, fees, history)
    request = deepar.request(deepar.instance(read.first, read.fees), wanted.samples)
    answer = _invoke(exchange, JSON, request)
    try:
        found = deepar.response(answer, length)
    except deepar.ForecastError as error:
        raise ProblemError(Kind.MODEL_FAILED, str(error)) from error
    return _response(200, JSON, json.dumps(forecasts.answer(read, found)))


@app.get("/health")
def healthy() -> Response[str]:
    """Report whether the endpoint serves, and which version."""
    name = _exchange().settings.endpoint_name
    found = health.answer(name, endpoints.describe(sagemaker(), name))
    return _response(200, JSON, json.dumps(found))


@app.route(".+", method=["OPTIONS"])
def preflight() -> Response[str]:
    """Answer a browser that asks whether a page may call the API: the headers tell."""
    return _response(204, JSON, "")


def problem(error: ProblemError) -> Response[str]:
    """Answer with problem details."""
    exchange: Exchange = app.context["exchange"]
    exchange.problem = error
    document = error.document(exchange.request_id, exchange.inference_id)
    return _response(error.kind.status, CONTENT_TYPE, json.dumps(document))


app.exception_handler(ProblemError)(problem)  # as a decorator, it would have no type


@app.not_found
def not_found(_error: Exception) -> Response[str]:
    """Answer a request to a route that does not exist."""
    event = app.current_event
    detail = f"{event.http_method} {event.path}: expected a route of the OpenAPI document"
    return problem(ProblemError(Kind.NOT_FOUND, detail))


def _predict(*, single: bool) -> Response[str]:
    """Send the records of the body to the endpoint -> its answer in the form of the model."""
    exchange, event = _exchange(), app.current_event
    wanted = prediction(event.raw_event, event.headers, exchange.settings, single=single)
    found = wanted.answer(_invoke(exchange, wanted.content_type, wanted.request))
    inference.check_size("the answer", json.dumps(found).encode())  # as Lambda returns it
    return _response(200, wanted.answer_type, found)


def _exchange() -> Exchange:
    """Return the exchange with the client's inference id; raises ProblemError if it is bad."""
    exchange: Exchange = app.context["exchange"]
    if (given := app.current_event.headers.get(inference.HEADER)) is not None:
        exchange.inference_id = inference.checked_id(given)
    return exchange


def _invoke(exchange: Exchange, content_type: str, request: bytes) -> bytes:
    name, inference_id = exchange.settings.endpoint_name, exchange.inference_id
    return inference.invoke(runtime, name, content_type, request, inference_id)


def _response(status: int, content_type: str, text: str) -> Response[str]:
    exchange: Exchange = app.context["exchange"]
    origin = app.current_event.headers.get("origin", "")
    headers: Any = {
        inference.HEADER: exchange.inference_id,
        **cors.headers(origin, exchange.settings.cors_origins),
    }
    return Response(status, content_type, text, headers)
