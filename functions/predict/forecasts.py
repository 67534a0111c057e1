"""The next minutes of the stream: what a forecast reads, and its answer. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common import times
from common.deepar import Forecast
from predict.problems import Kind, NotReadyError


@dataclass(frozen=True, slots=True)
class Context:
    """The minutes that a forecast reads: average fees (satoshi), None where there is none."""

    first: datetime
    fees: Sequence[float | None]

    @property
    def first_forecast(self) -> datetime:
        """The minute after them."""
        return self.first + len(self.fees) * times.MINUTE


def span(now: datetime, history: int, length: int) -> list[str]:
    """Return the minutes to read (ISO): they end with the last full minute before `now`.

    The newest minutes are not in the store yet. Up to `length` may be missing at the end, so that
    a forecast of `length` minutes still reaches beyond `now`.
    """
    count = history + length
    return times.minutes(times.floor_minute(now) - count * times.MINUTE, count)


def context(minutes: Sequence[str], fees: Sequence[float | None], history: int) -> Context:
    """Return the `history` minutes that end with the newest known one; raises NotReadyError."""
    end = max((n + 1 for n, fee in enumerate(fees) if fee is not None), default=0)
    if end < history:
        newest = f"{minutes[end - 1]} as the newest minute" if end else "no minute"
        expected = f"a minute since {minutes[history - 1]}"
        detail = f"feature store: got {newest}, expected {expected}"
        raise NotReadyError(Kind.NO_RECENT_FEATURES, detail)
    return Context(times.parse(minutes[end - history]), fees[end - history : end])


def answer(read: Context, forecast: Forecast) -> dict[str, Any]:
    """Return the forecast by minute, in satoshi."""
    levels = forecast.quantiles
    return {
        "unit": "satoshi",
        "newest_minute": times.iso(read.first_forecast - times.MINUTE),
        "forecast": [
            {
                "minute": times.iso(read.first_forecast + n * times.MINUTE),
                "mean": mean,
                "quantiles": {level: values[n] for level, values in levels.items()},
            }
            for n, mean in enumerate(forecast.mean)
        ],
    }
