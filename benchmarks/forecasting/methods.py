"""The compared methods: algorithms of the image, and models without training of the literature."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.forecasting.series import MINUTE
from common import reference_forecast
from common.tournament import MINIMUM_TRAINING_MINUTES
from sagemaker_pipelines.container.algorithms.model import Model, Prediction, prediction
from sagemaker_pipelines.container.series import Series, impute

Array = NDArray[np.float64]
HORIZON = 30  # steps
# Steps of a request, by the seconds of a step: minutes as in production; with 5-minute steps so
# many that they contain all lags of DeepAR (up to 1,153 steps, from minutes only 182).
CONTEXT = {MINUTE: 270, 5 * MINUTE: 1300}
ARIMA_STEPS = 270  # at most, because the CPU time grows with them
LEVELS = ("0.1", "0.5", "0.9")
DEEPAR = {  # the defaults of the pipeline
    "context_length": "60",
    "epochs": "40",
    "learning_rate": "0.005",
    "mini_batch_size": "32",
    "num_cells": "40",
    "num_layers": "1",
    "dropout_rate": "0.1",
    "early_stopping_patience": "10",
}
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Method:
    """A method that is fitted, on all training steps or only on the last `recent` ones."""

    name: str
    algorithm: str
    recent: int | None = None
    hyperparameters: dict[str, str] = field(default_factory=dict)


FITTED = (
    Method("deepar", "deepar", None, DEEPAR),
    Method("deepar, rate .002", "deepar", None, DEEPAR | {"learning_rate": "0.002"}),
    Method("deepar_recent", "deepar", MINIMUM_TRAINING_MINUTES, DEEPAR),
    Method("gradient_boosting", "gradient_boosting"),
    Method("gradient_boosting_recent", "gradient_boosting", MINIMUM_TRAINING_MINUTES),
    Method("ets", "ets"),
)
# Averages of the quantiles of other methods, as the algorithm `ensemble` computes them.
ENSEMBLES = {
    "ensemble": ("gradient_boosting", "deepar"),
    "ensemble_recent": ("gradient_boosting_recent", "deepar_recent"),
    "ensemble, and reference": ("gradient_boosting", "deepar", "reference 120"),
}


@dataclass(frozen=True, slots=True)
class Untrained:
    """A forecast computed from a request alone; its quantiles may all be the same."""

    compute: Callable[[Array, int], Array]
    horizon: int = HORIZON
    step_seconds: int = MINUTE

    def forecast(self, series: Series, levels: Sequence[str], samples: int) -> Prediction:  # noqa: ARG002
        """Forecast the steps after the series."""
        rows = self.compute(impute(series.target).astype(np.float64), self.step_seconds)
        rows = np.broadcast_to(rows, (len(levels), self.horizon))
        return prediction(levels, rows, rows.mean(axis=0))


def last_value(values: Array, step_seconds: int) -> Array:  # noqa: ARG001
    """Return the last value repeated."""
    return values[-1:]


def seasonal_naive(values: Array, step_seconds: int) -> Array:
    """Return the values of an hour ago, or with steps above a minute those of a day ago."""
    season = 3600 // step_seconds if step_seconds == MINUTE else DAY // step_seconds
    return np.asarray(values[-season:][np.arange(HORIZON) % season])


def arima(values: Array, step_seconds: int) -> Array:  # noqa: ARG001
    """Return the quantiles of AutoARIMA on the logarithm."""
    from statsforecast.models import AutoARIMA  # noqa: PLC0415 - seconds

    found = AutoARIMA().forecast(y=np.log1p(values[-ARIMA_STEPS:]), h=HORIZON, level=[80])
    return np.asarray(np.expm1(np.stack([found["lo-80"], found["mean"], found["hi-80"]])))


def untrained(step_seconds: int) -> dict[str, Model]:
    """Return the methods that need no training."""
    computed = {"last value": last_value, "seasonal naive": seasonal_naive, "autoarima": arima}
    found: dict[str, Model] = {
        name: Untrained(compute, step_seconds=step_seconds) for name, compute in computed.items()
    }
    return found | {f"reference {minutes}": Reference(minutes) for minutes in (60, 90, 120)}


@dataclass(frozen=True, slots=True)
class Reference:
    """The reference with another number of steps than the constant of functions/common."""

    steps: int
    horizon: int = HORIZON

    def forecast(self, series: Series, levels: Sequence[str], samples: int) -> Prediction:  # noqa: ARG002
        """Forecast the steps after the series."""
        context = series.target[-self.steps :].astype(float).tolist()
        found = reference_forecast.forecast(context, self.horizon, levels)
        return {"mean": found.mean, "quantiles": found.quantiles}
