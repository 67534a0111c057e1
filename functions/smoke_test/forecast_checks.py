"""Checks that a version must pass before its production traffic. Pure."""

import math

from common.deepar import Forecast
from common.windows import Fees

MAX_FORECAST_RATIO = 100.0  # to the largest fee of the context


class ImplausibleForecastError(Exception):
    """The forecast is out of proportion to its context."""


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
