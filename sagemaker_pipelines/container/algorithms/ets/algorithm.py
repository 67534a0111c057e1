"""AutoETS: exponential smoothing of the logarithm, fitted to the request when it is served.

Additive errors, a trend and its damping by information criterion, no season: statsforecast's
AutoETS supports seasons of at most 24 steps. A training only stores settings.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sagemaker_pipelines.container.algorithms import metadata, quantile_function
from sagemaker_pipelines.container.algorithms.model import Prediction, prediction
from sagemaker_pipelines.container.hyperparameters import Hyperparameters
from sagemaker_pipelines.container.series import MAX_VALUE, Series, impute

Array = NDArray[np.float64]
MODEL = "AZN"
CONTEXT_STEPS = 360  # at most; an older value has no weight left
MIN_STEPS = 10  # with fewer values, the first one is repeated before them
BAND = 80  # %, whose width is the standard deviation of each step
LARGEST = float(np.log1p(MAX_VALUE))


class ExponentialSmoothing:
    """Settings; each forecast fits its own request."""

    def __init__(self, horizon: int, auto: Any) -> None:
        self.horizon, self._auto = horizon, auto

    def forecast(self, series: Series, levels: Sequence[str], samples: int) -> Prediction:  # noqa: ARG002
        """Forecast the steps after the series."""
        center, spread = self._distribution(_logs(series))
        rows, grid = (
            _fees(center + quantile_function.scores(some)[:, None] * spread)
            for some in ([float(level) for level in levels], quantile_function.GRID)
        )
        return prediction(levels, rows, grid.mean(axis=0))

    def _distribution(self, logs: Array) -> tuple[Array, Array]:
        """Return mean and standard deviation of the logarithm at every step."""
        if np.ptp(logs) == 0:  # nothing to fit
            return np.full(self.horizon, logs[-1]), np.zeros(self.horizon)
        model = self._auto(season_length=1, model=MODEL)
        found = model.forecast(y=logs, h=self.horizon, level=[BAND])
        width = quantile_function.scores([0.5 + BAND / 200])
        return found["mean"], (found[f"hi-{BAND}"] - found["mean"]) / width


def fit(
    series: Sequence[Series],  # noqa: ARG001
    parameters: Hyperparameters,
    folder: Path,
    checkpoints: Path | None = None,  # noqa: ARG001 - there is nothing to continue
) -> None:
    """Write the horizon; the parameters of the smoothing are those of each request."""
    metadata.write(folder, "ets", prediction_length=parameters.prediction_length)


def load(folder: Path) -> ExponentialSmoothing:
    """Load the settings of a model folder."""
    from statsforecast.models import AutoETS  # noqa: PLC0415 - training does not need it

    return ExponentialSmoothing(metadata.read(folder)["prediction_length"], AutoETS)


def _logs(series: Series) -> Array:
    values = impute(series.target).astype(np.float64)[-CONTEXT_STEPS:]
    missing = max(0, MIN_STEPS - len(values))
    return np.log1p(np.maximum(np.pad(values, (missing, 0), mode="edge"), 0))


def _fees(logs: Array) -> Array:
    return np.expm1(np.clip(logs, 0, LARGEST))
