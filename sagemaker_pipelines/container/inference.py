"""Requests to a model without HTTP; those to a forecaster are in Amazon DeepAR's format."""

from typing import Annotated, Any, Literal, Protocol

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, FailFast, Field, ValidationError

from common.config import describe
from common.errors import bad_value
from sagemaker_pipelines.container.algorithms.model import Model, Sampler
from sagemaker_pipelines.container.covariates import Covariates
from sagemaker_pipelines.container.json_text import loads
from sagemaker_pipelines.container.series import Series, SeriesError, parse

# Bounds of the work of one request, which SageMaker ends after 60 s and during which /ping must
# be answered. Amazon DeepAR's own clients send one series.
MAX_INSTANCES = 50
MAX_PATHS = 10_000  # sample paths of all instances
# Steps of these paths: 1.3 s of CPU time with 40 cells, so that all requests that a worker has
# accepted are answered before SageMaker kills it.
MAX_STEPS = 400_000
MAX_QUANTILES = 100
# Lists and objects in one JSON text: while millions are made, no other thread runs.
MAX_CONTAINERS = 10_000


WITHOUT = Covariates()  # of a model that learned from the target alone
JSON, LINES = "application/json", "application/jsonlines"


class RequestError(ValueError):
    """The request is invalid; the message states the expected format."""


class Handler(Protocol):
    """What the server asks for the responses of a model."""

    @property
    def content_types(self) -> tuple[str, ...]:
        """Content types of requests; an empty one stands for requests without."""

    def answer(self, body: bytes, content_type: str, accept: str) -> tuple[str, bytes]:
        """Return content type and body of the response.

        Raises RequestError for an invalid request, ValueError if there is no finite response.
        """


class Configuration(BaseModel):
    """Requested outputs of each forecast; the defaults are those of Amazon DeepAR."""

    model_config = ConfigDict(frozen=True, title="configuration")

    num_samples: Annotated[int, Field(strict=True, ge=1, le=5_000)] = 100
    output_types: Annotated[
        tuple[Literal["mean", "quantiles", "samples"], ...],
        Field(min_length=1, max_length=3),
        FailFast(),
    ] = ("mean", "quantiles")
    quantiles: Annotated[
        tuple[Annotated[str, Field(pattern=r"^0?\.[0-9]*[1-9][0-9]*$", max_length=20)], ...],
        Field(min_length=1, max_length=MAX_QUANTILES),
        FailFast(),
    ] = ("0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9")

    @classmethod
    def parse(cls, value: Any) -> "Configuration":
        """Validate the `configuration` of a request, or DEEPAR_INFERENCE_CONFIG of a transform."""
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            raise RequestError(describe(error)) from None


class ForecastHandler:
    """Answers requests with the forecasts of a model; `batch` configures those of lines."""

    content_types = (JSON, LINES, "application/x-jsonlines", "")

    def __init__(
        self, model: Model, batch: Configuration, covariates: Covariates = WITHOUT
    ) -> None:
        self._model, self._batch, self._covariates = model, batch, covariates

    def answer(self, body: bytes, content_type: str, accept: str) -> tuple[str, bytes]:  # noqa: ARG002
        """Return content type and body of the response."""
        if content_type in (JSON, ""):
            return JSON, respond(self._model, body, self._covariates)
        return LINES, respond_lines(self._model, body, self._batch, self._covariates)


def respond(model: Model, body: bytes, covariates: Covariates = WITHOUT) -> bytes:
    """Process the request of an endpoint: `{"instances": […], …}` -> `{"predictions": […]}`."""
    request = _json(body)
    instances = request.get("instances") if isinstance(request, dict) else None
    if not isinstance(instances, list) or not instances:
        raise RequestError("request: expected an object with a list of instances")
    configuration = Configuration.parse(request.get("configuration", {}))
    _check_work(len(instances), configuration, model.horizon)
    series = [
        _series(entry, f"instances[{n}]: ", covariates, model.horizon)
        for n, entry in enumerate(instances)
    ]
    return _dump({"predictions": [_forecast(model, s, configuration) for s in series]})


def respond_lines(
    model: Model, body: bytes, configuration: Configuration, covariates: Covariates = WITHOUT
) -> bytes:
    """Process the request of a batch transform: one instance per line -> one forecast per line."""
    lines = [line for line in body.splitlines() if line.strip()]
    if not lines:
        raise RequestError("request: got no lines, expected one instance per line")
    _check_work(len(lines), configuration, model.horizon)
    series = [
        _series(_json(line), f"line {n}: ", covariates, model.horizon)
        for n, line in enumerate(lines, 1)
    ]
    return b"\n".join(_dump(_forecast(model, s, configuration)) for s in series)


def _check_work(count: int, configuration: Configuration, horizon: int) -> None:
    if count > MAX_INSTANCES:
        raise RequestError(bad_value("instances", count, f"at most {MAX_INSTANCES}"))
    paths = count * configuration.num_samples
    if paths > (limit := min(MAX_PATHS, MAX_STEPS // horizon)):
        expected = f"at most {limit} in all instances"
        raise RequestError(bad_value("num_samples", paths, expected))


def _forecast(model: Model, series: Series, configuration: Configuration) -> dict[str, Any]:
    """Return the forecast of one series with the outputs of the configuration."""
    outputs, count = configuration.output_types, configuration.num_samples
    if "samples" in outputs and not isinstance(model, Sampler):
        raise RequestError("output_types: got samples, expected mean or quantiles of this model")
    found = model.forecast(series, configuration.quantiles, count)
    prediction: dict[str, Any] = {}
    if "mean" in outputs:
        prediction["mean"] = _rounded(found["mean"])
    if "quantiles" in outputs:
        rows = found["quantiles"]
        prediction["quantiles"] = dict(zip(rows, _rounded([*rows.values()]), strict=True))
    if "samples" in outputs and isinstance(model, Sampler):
        prediction["samples"] = _rounded(model.sample(series, count))
    return prediction


def _rounded(values: Any) -> NDArray[np.float32]:
    """Round to 32-bit floats, which halves the size of the response; raises ValueError."""
    rounded = np.ascontiguousarray(values, np.float32)
    if not np.isfinite(rounded).all():
        raise ValueError("forecast: got NaN or infinity")
    return rounded


def _dump(document: Any) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)


def _json(body: bytes) -> Any:
    if (found := body.count(b"[") + body.count(b"{")) > MAX_CONTAINERS:
        expected = f"at most {MAX_CONTAINERS} lists and objects"
        raise RequestError(f"request: expected JSON with {expected}, got {found}")
    try:
        return loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestError(f"request: expected JSON ({error})") from error


def _series(instance: Any, where: str, covariates: Covariates, horizon: int) -> Series:
    try:
        return covariates.select(parse(instance), horizon)
    except SeriesError as error:
        raise RequestError(where + str(error)) from error
