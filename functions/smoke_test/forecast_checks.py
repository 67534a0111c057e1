"""Checks that a version must pass on staging before production. Pure."""

import json
import math
from collections.abc import Iterable

from common.deepar import Forecast
from common.windows import Fees

MAX_FORECAST_RATIO = 100.0  # to the largest fee of the context


class ImplausibleForecastError(Exception):
    """The forecast is out of proportion to its context."""


class CaptureFormatError(Exception):
    """The capture is in a format that Model Monitor cannot read."""


def check_plausible(forecast: Forecast, context: Fees) -> None:
    """Raise ImplausibleForecastError if any quantile is out of proportion to the context.

    Every forecast passes for a context of zeros, which has no scale to compare with.
    """
    largest = max(fee for fee in context if fee is not None)
    limit = MAX_FORECAST_RATIO * largest if largest else math.inf
    for level, values in forecast.quantiles.items():
        if (found := max(map(abs, values))) > limit:
            raise ImplausibleForecastError(
                f"quantile {level}: got {found:g}, expected at most {MAX_FORECAST_RATIO:g} times "
                f"the largest fee of the context, {largest:g}"
            )


def is_captured(lines: Iterable[str], inference_id: str) -> bool:
    """Return whether the lines contain input and output of this call.

    Raises CaptureFormatError for a capture in base64.
    """
    for line in lines:
        record = json.loads(line)
        if record.get("eventMetadata", {}).get("inferenceId") == inference_id:
            parts = record["captureData"]
            if any(part.get("encoding") == "BASE64" for part in parts.values()):
                raise CaptureFormatError("encoding: got BASE64, expected JSON")
            return {"endpointInput", "endpointOutput"} <= set(parts)
    return False
