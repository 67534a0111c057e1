"""What staging must show before production gets the version. Pure."""

import json
from collections.abc import Iterable

from common.forecasts import Forecast
from common.minutes import Fees

FURTHEST = 100.0  # times the largest fee of the context: beyond it a forecast is broken, not bad


class SmokeTestError(Exception):
    """The version must not go on; the text says why."""


class CaptureNotFoundError(Exception):
    """The capture of the call has not arrived yet; Step Functions tries again."""


def plausible(forecast: Forecast, context: Fees) -> None:
    """Raise SmokeTestError for a forecast that is out of all proportion."""
    largest = max(fee for fee in context if fee is not None)
    for level, values in forecast.quantiles.items():
        if max(map(abs, values)) > FURTHEST * largest:
            raise SmokeTestError(
                f"quantile {level} reaches {max(values):g}, the context no more than {largest:g}"
            )


def captured(lines: Iterable[str], inference_id: str) -> bool:
    """Whether a capture record of this call, with input and output, is among the lines."""
    for line in lines:
        record = json.loads(line)
        if record.get("eventMetadata", {}).get("inferenceId") == inference_id:
            parts = record["captureData"]
            if any(part.get("encoding") == "BASE64" for part in parts.values()):
                raise SmokeTestError("the capture is base64: no monitor reads it")
            return {"endpointInput", "endpointOutput"} <= set(parts)
    return False
