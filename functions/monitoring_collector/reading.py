"""What one hour's measurement comes to. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common import scores, times
from common.forecasts import Forecast
from common.minutes import Windows

VERSION = "1"


@dataclass(frozen=True, slots=True)
class Question:
    """Whom was asked, when, and what counted as bad then."""

    stage: str
    time: datetime
    endpoint_config: str
    threshold: float | None

    @property
    def inference_id(self) -> str:
        """The id under which the endpoint captures the answer; the same for a redelivery."""
        return f"{self.stage}-{times.iso(self.time)}"

    @property
    def key(self) -> str:
        """Where the reading lies in the data bucket."""
        return f"monitoring/{self.stage}/{self.time:%Y/%m/%d/%H}/{self.inference_id}.json"


def reading(question: Question, windows: Windows, forecast: Forecast) -> dict[str, Any]:
    """Return the reading; losses are wQL over the levels 0.1, 0.5, 0.9, lower is better."""
    naive = [scores.last_value(windows.context)] * len(windows.truth)
    low, high = forecast.quantiles["0.1"], forecast.quantiles["0.9"]
    return {
        "version": VERSION,
        "stage": question.stage,
        "time": times.iso(question.time),
        "inference_id": question.inference_id,
        "first_minute": times.iso(windows.first_truth),
        "truth": windows.truth,
        "quantiles": forecast.quantiles,
        "mean": forecast.mean,
        "wql": scores.mean_wql(windows.truth, forecast.quantiles),
        "naive_wql": scores.mean_wql(windows.truth, dict.fromkeys(forecast.quantiles, naive)),
        "coverage": scores.coverage(windows.truth, low, high),
        "threshold": question.threshold,
        "endpoint_config": question.endpoint_config,
    }


def datapoints(reading: dict[str, Any]) -> dict[str, float]:
    """Return the metrics of a reading; no threshold, no such datapoint."""
    values = {
        "MeanQuantileLoss": reading["wql"],
        "NaiveQuantileLoss": reading["naive_wql"],
        "Coverage": reading["coverage"],
        "Threshold": reading["threshold"],
    }
    return {name: value for name, value in values.items() if value is not None}
