"""Requests to a forecasting endpoint in DeepAR's JSON format, and its responses. Pure."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.errors import bad_value

QUANTILE_LEVELS = ("0.1", "0.5", "0.9")
CONTENT_TYPE = "application/json"
# Satoshi; a thousand times all bitcoin. Losses of larger forecasts could exceed what CloudWatch
# accepts, which would drop the metric instead of raising the alarm.
MAX_FORECAST = 1e18


class ForecastError(ValueError):
    """The endpoint's response is not a plausible forecast."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Quantiles by level, and the mean; each of the prediction length, in satoshi."""

    quantiles: dict[str, list[float]]
    mean: list[float]


def instance(start: datetime, target: Sequence[float | None]) -> dict[str, Any]:
    """Return one series in DeepAR's JSON; missing minutes become its "NaN"."""
    return {
        "start": start.strftime("%Y-%m-%d %H:%M:%S"),
        "target": ["NaN" if value is None else value for value in target],
    }


def request(series: dict[str, Any], samples: int) -> bytes:
    """Return the request body for one series (`instance`)."""
    return json.dumps({"instances": [series], "configuration": configuration(samples)}).encode()


def configuration(samples: int) -> dict[str, Any]:
    """Return the outputs of a forecast from this number of sample paths."""
    return {
        "num_samples": samples,
        "output_types": ["mean", "quantiles"],
        "quantiles": list(QUANTILE_LEVELS),
    }


def response(body: bytes, length: int) -> Forecast:
    """Parse the response of an endpoint (`prediction`)."""
    try:
        [document] = json.loads(body)["predictions"]
    except (KeyError, RecursionError, TypeError, ValueError) as error:
        raise _unreadable(body, error) from error
    return _forecast(document, length)


def prediction(line: bytes, length: int) -> Forecast:
    """Parse one forecast, which is a line of a batch transform's output.

    Raises ForecastError unless every series has `length` plausible values and the quantiles do not
    cross.
    """
    try:
        document = json.loads(line)
    except (RecursionError, ValueError) as error:
        raise _unreadable(line, error) from error
    return _forecast(document, length)


def _unreadable(found: object, error: Exception) -> ForecastError:
    return ForecastError(bad_value("response", found, f"DeepAR's JSON ({error!r})"))


def _forecast(document: Any, length: int) -> Forecast:
    try:
        quantiles = {level: _floats(document["quantiles"][level]) for level in QUANTILE_LEVELS}
        mean = _floats(document["mean"])
    except (IndexError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise _unreadable(document, error) from error
    for name, values in {**quantiles, "mean": mean}.items():
        if len(values) != length:
            raise ForecastError(f"{name}: got {len(values)} minutes, expected {length}")
        if not all(map(math.isfinite, values)):
            raise ForecastError(f"{name}: got NaN or infinity, expected finite numbers")
        if (largest := max(map(abs, values), default=0.0)) > MAX_FORECAST:
            raise ForecastError(bad_value(name, largest, f"at most {MAX_FORECAST:g}"))
    low, middle, high = (quantiles[level] for level in QUANTILE_LEVELS)
    if any(not a <= b <= c for a, b, c in zip(low, middle, high, strict=True)):
        raise ForecastError("quantiles: got crossing values, expected ascending levels")
    return Forecast(quantiles, mean)


def _floats(values: Any) -> list[float]:
    return [float(value) for value in values]
