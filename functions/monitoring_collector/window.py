"""One window of a reading: whether it can be scored, and its losses. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from statistics import fmean
from typing import Any

from common import reference_forecast, scores, threshold, times
from common.deepar import Forecast
from common.forecast_metrics import registry
from common.forecast_metrics.sample import Sample, naive_error
from common.readings.result import Measurement
from common.windows import Fees, ForecastWindows

KNOWN = "begins before the end of the training history"
ZERO = "truth has only zero values"
ZERO_LOSS = "one of the losses is zero"


@dataclass(frozen=True, slots=True)
class MeasuredWindow:
    """A window with the forecast of it, or the reason why none was requested."""

    inference_id: str
    window: ForecastWindows
    forecast: Forecast | None = None
    reason: str | None = None

    def document(self) -> dict[str, Any]:
        """Return the window as part of the monitoring result."""
        document = {
            "inference_id": self.inference_id,
            "first_minute": times.iso(self.window.first_truth),
            "truth": self.window.truth,
        }
        if self.forecast is None:
            return {**document, "score": None, "reason": self.reason}
        found = losses([self])
        score = threshold.score(found["wql"], found["reference_wql"])
        return {
            **document,
            "quantiles": self.forecast.quantiles,
            "mean": self.forecast.mean,
            **found,
            "score": score,
            "reason": ZERO_LOSS if score is None else None,
        }


def unusable(window: ForecastWindows, known_until: datetime | None) -> str | None:
    """Return why a window is not measured, None if it is.

    The version may know the truth of earlier minutes than `known_until` from its training.
    """
    if known_until is not None and window.first_truth < known_until:
        return KNOWN
    return window.shortage() or (None if any(window.truth) else ZERO)


def measurement(windows: Sequence[MeasuredWindow]) -> Measurement:
    """Return the windows of a reading with their losses and metrics."""
    documents = [window.document() for window in windows]
    measured = [window for window in windows if window.forecast is not None]
    if not measured:
        return Measurement(documents)
    return Measurement(documents, losses(measured), registry.compute(sample(measured)))


def losses(windows: Sequence[MeasuredWindow]) -> dict[str, float]:
    """Return the mean wQL of forecast, reference and naive forecast over all windows.

    Every window has a forecast; there is at least one.
    """
    forecasts, references, naive = [], [], []
    for measured in windows:
        context, length = measured.window.context, len(measured.window.truth)
        reference = reference_forecast.forecast(context, length).quantiles
        forecasts.append(measured.forecast.quantiles if measured.forecast else reference)
        references.append(reference)
        naive.append(dict.fromkeys(reference, [scores.last_value(context)] * length))
    truth = _truth(windows)
    return {
        "wql": scores.mean_wql(truth, _pooled(forecasts)),
        "reference_wql": scores.mean_wql(truth, _pooled(references)),
        "naive_wql": scores.mean_wql(truth, _pooled(naive)),
    }


def sample(windows: Sequence[MeasuredWindow]) -> Sample:
    """Return the forecasts of all windows, which have one, for the metrics."""
    forecasts = [measured.forecast for measured in windows if measured.forecast]
    errors = [naive_error(measured.window.context) for measured in windows]
    known = [error for error in errors if error is not None]
    return Sample(
        _truth(windows),
        _pooled([forecast.quantiles for forecast in forecasts]),
        list(chain.from_iterable(forecast.mean for forecast in forecasts)),
        fmean(known) if known else None,
    )


def _truth(windows: Sequence[MeasuredWindow]) -> Fees:
    return list(chain.from_iterable(measured.window.truth for measured in windows))


def _pooled(forecasts: Sequence[dict[str, list[float]]]) -> dict[str, list[float]]:
    return {
        level: list(chain.from_iterable(forecast[level] for forecast in forecasts))
        for level in forecasts[0]
    }
