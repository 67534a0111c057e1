"""A question to the forecasting endpoint in DeepAR's JSON, and its checked answer. Pure."""

import json
import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.minutes import Fees

LEVELS = ("0.1", "0.5", "0.9")
SAMPLES = 200
CONTENT_TYPE = "application/json"


class AnswerError(ValueError):
    """The endpoint did not answer with a forecast; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Quantiles by level and the mean, each of the prediction length, in satoshi."""

    quantiles: dict[str, list[float]]
    mean: list[float]


def question(first: datetime, context: Fees) -> bytes:
    """Return the request body; missing minutes are DeepAR's "NaN"."""
    target = ["NaN" if fee is None else fee for fee in context]
    configuration = {
        "num_samples": SAMPLES,
        "output_types": ["mean", "quantiles"],
        "quantiles": list(LEVELS),
    }
    instance = {"start": first.strftime("%Y-%m-%d %H:%M:%S"), "target": target}
    return json.dumps({"instances": [instance], "configuration": configuration}).encode()


def answer(body: bytes, length: int) -> Forecast:
    """Read the response body; raises AnswerError unless it is one plausible forecast."""
    try:
        prediction = json.loads(body)["predictions"][0]
        quantiles = {level: _numbers(prediction["quantiles"][level]) for level in LEVELS}
        mean = _numbers(prediction["mean"])
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise AnswerError(f"not a DeepAR answer ({error!r}): {body[:200]!r}") from error
    for name, values in {**quantiles, "mean": mean}.items():
        if len(values) != length:
            raise AnswerError(f"{name} has {len(values)} minutes, not {length}")
        if not all(map(math.isfinite, values)):
            raise AnswerError(f"{name} has values that are no numbers")
    low, middle, high = (quantiles[level] for level in LEVELS)
    if any(not a <= b <= c for a, b, c in zip(low, middle, high, strict=True)):
        raise AnswerError("the quantiles cross")
    return Forecast(quantiles, mean)


def _numbers(values: Any) -> list[float]:
    return [float(value) for value in values]
