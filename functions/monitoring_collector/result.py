"""The monitoring result of one hour. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common import scores, times
from common.deepar import Forecast
from common.windows import ForecastWindows

VERSION = "1"


@dataclass(frozen=True, slots=True)
class ForecastRequest:
    """The endpoint that is measured, the time, and the threshold at that time."""

    stage: str
    time: datetime
    endpoint_config: str
    threshold: float | None

    @property
    def inference_id(self) -> str:
        """Inference id in the data capture; the same for a redelivered event."""
        return f"{self.stage}-{times.iso(self.time)}"

    @property
    def key(self) -> str:
        """Key of the monitoring result in the data bucket."""
        return f"monitoring/{self.stage}/{self.time:%Y/%m/%d/%H}/{self.inference_id}.json"


def monitoring_result(
    request: ForecastRequest, windows: ForecastWindows, forecast: Forecast
) -> dict[str, Any]:
    """Return the result; losses are mean wQL over the levels 0.1, 0.5, 0.9, lower is better."""
    naive = [scores.last_value(windows.context)] * len(windows.truth)
    low, high = forecast.quantiles["0.1"], forecast.quantiles["0.9"]
    return {
        "version": VERSION,
        "stage": request.stage,
        "time": times.iso(request.time),
        "inference_id": request.inference_id,
        "first_minute": times.iso(windows.first_truth),
        "truth": windows.truth,
        "quantiles": forecast.quantiles,
        "mean": forecast.mean,
        "wql": scores.mean_wql(windows.truth, forecast.quantiles),
        "naive_wql": scores.mean_wql(windows.truth, dict.fromkeys(forecast.quantiles, naive)),
        "coverage": scores.coverage(windows.truth, low, high),
        "threshold": request.threshold,
        "endpoint_config": request.endpoint_config,
    }


def metric_values(result: dict[str, Any]) -> dict[str, float]:
    """Return the result's metrics, without the threshold while none is set."""
    values = {
        "MeanQuantileLoss": result["wql"],
        "NaiveQuantileLoss": result["naive_wql"],
        "Coverage": result["coverage"],
        "Threshold": result["threshold"],
    }
    return {name: value for name, value in values.items() if value is not None}
