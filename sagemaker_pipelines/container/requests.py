"""Amazon DeepAR's requests and answers: checked JSON in, forecasts out. No HTTP here."""

import json
from dataclasses import dataclass
from typing import Any

from sagemaker_pipelines.container.forecaster import Forecaster, quantiles
from sagemaker_pipelines.container.series import Series, SeriesError, parse

OUTPUT_TYPES = ("mean", "quantiles", "samples")
MOST_SAMPLES = 5_000


class RequestError(ValueError):
    """The caller's mistake; the text says what to change."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the caller wants to know of each forecast; the defaults are Amazon DeepAR's."""

    num_samples: int = 100
    output_types: tuple[str, ...] = ("mean", "quantiles")
    quantiles: tuple[str, ...] = ("0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9")

    @classmethod
    def parse(cls, given: Any) -> "Configuration":
        """Check the `configuration` of a request, or DEEPAR_INFERENCE_CONFIG of a batch."""
        if not isinstance(given, dict):
            raise RequestError(f"configuration must be an object, not {given!r}")
        default = cls()
        count = given.get("num_samples", default.num_samples)
        if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_SAMPLES:
            raise RequestError(
                f"num_samples must be an integer from 1 to {MOST_SAMPLES}, not {count!r}"
            )
        types = _texts(given, "output_types", default.output_types)
        if not set(types) <= set(OUTPUT_TYPES):
            raise RequestError(
                f"output_types must be among {', '.join(OUTPUT_TYPES)}, not {types!r}"
            )
        levels = _texts(given, "quantiles", default.quantiles)
        for level in levels:
            if not _between_0_and_1(level):
                raise RequestError(f'quantiles must be texts like "0.9", not {level!r}')
        return cls(count, types, levels)


def _texts(given: dict[str, Any], name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    values = given.get(name, default)
    if not isinstance(values, list | tuple) or not values:
        raise RequestError(f"{name} must be a list, not {values!r}")
    return tuple(str(value) for value in values)


def _between_0_and_1(text: str) -> bool:
    try:
        return 0 < float(text) < 1
    except ValueError:
        return False


def answer(forecaster: Forecaster, body: bytes) -> dict[str, Any]:
    """Answer an endpoint's request: `{"instances": […], …}` -> `{"predictions": […]}`."""
    request = _json(body)
    instances = request.get("instances") if isinstance(request, dict) else None
    if not isinstance(instances, list) or not instances:
        raise RequestError("the request must be an object with a list of instances")
    configuration = Configuration.parse(request.get("configuration", {}))
    series = [_series(entry, f"instances[{n}]: ") for n, entry in enumerate(instances)]
    return {"predictions": [forecast(forecaster, one, configuration) for one in series]}


def answer_lines(forecaster: Forecaster, body: bytes, configuration: Configuration) -> str:
    """Answer a batch transform's request: one instance a line -> one forecast a line."""
    lines = [line for line in body.splitlines() if line.strip()]
    if not lines:
        raise RequestError("the request holds no line")
    series = [_series(_json(line), f"line {n}: ") for n, line in enumerate(lines, 1)]
    return "\n".join(json.dumps(forecast(forecaster, one, configuration)) for one in series)


def forecast(
    forecaster: Forecaster, series: Series, configuration: Configuration
) -> dict[str, Any]:
    """Forecast one series in the form that the configuration asks for."""
    paths = forecaster.sample(series, configuration.num_samples)
    prediction: dict[str, Any] = {}
    if "mean" in configuration.output_types:
        prediction["mean"] = _rounded(paths.mean(axis=0))
    if "quantiles" in configuration.output_types:
        levels = tuple(float(level) for level in configuration.quantiles)
        rows = quantiles(paths, levels)
        prediction["quantiles"] = {
            level: _rounded(row) for level, row in zip(configuration.quantiles, rows, strict=True)
        }
    if "samples" in configuration.output_types:
        prediction["samples"] = [_rounded(path) for path in paths]
    return prediction


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestError(f"the request is not JSON: {error}") from error


def _series(entry: Any, where: str) -> Series:
    try:
        return parse(entry)
    except SeriesError as error:
        raise RequestError(where + str(error)) from error


def _rounded(values: Any) -> list[float]:
    """Round to what 32-bit weights can tell apart: half the bytes of the full digits."""
    return [float(f"{value:.7g}") for value in values]
