"""A model of the simulated loop and its losses per window."""

import contextlib
import io
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.forecasting.methods import DEEPAR
from common import reference_forecast
from common.deepar import QUANTILE_LEVELS
from common.reference_forecast import REFERENCE
from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.algorithms.model import Model, Prediction
from sagemaker_pipelines.container.series import Series
from sagemaker_pipelines.tournament import scores
from sagemaker_pipelines.tournament.scores import Forecasts

# The defaults of monitor and pipeline, in minutes.
HORIZON, REQUEST_MINUTES, LAG_MINUTES = 30, 270, 5
SAMPLES = 200
Array = NDArray[np.float64]


class Contender:
    """A fitted model, or the reference; the loss of a window is computed once."""

    def __init__(self, name: str, stream: pd.Series, first: int = 0, end: int = 0) -> None:
        """`first` and `end` are positions of the training data in the stream."""
        self.name, self.first, self.end = name, first, end
        self._stream = stream
        self._losses: dict[int, float] = {}

    @cached_property
    def _model(self) -> Model:
        values = DEEPAR | {"time_freq": "1min", "prediction_length": str(HORIZON)}
        algorithm = self.name.removesuffix("_recent")
        train = [_series(self._stream.iloc[self.first : self.end])]
        with TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            registry.fit(algorithm, train, values, Path(folder))
            return registry.load(Path(folder))

    def losses(self, origins: Iterable[int]) -> Array:
        """Return the loss of each window, not divided by its truths: shape (windows,)."""
        return np.array([self._loss(origin) for origin in origins])

    def _loss(self, origin: int) -> float:
        if origin not in self._losses:
            context = self._stream.iloc[max(0, origin - REQUEST_MINUTES) : origin]
            forecast = Forecasts.from_responses([self._forecast(context)])
            truth = self._stream.iloc[origin : origin + HORIZON].to_numpy()[None]
            self._losses[origin] = float(scores.mean_losses(truth, forecast)[0])
        return self._losses[origin]

    def _forecast(self, context: pd.Series) -> Prediction:
        if self.name == REFERENCE:
            found = reference_forecast.forecast(context.tolist(), HORIZON)
            return {"mean": found.mean, "quantiles": found.quantiles}
        return self._model.forecast(_series(context), QUANTILE_LEVELS, SAMPLES)


def _series(part: pd.Series) -> Series:
    start = np.datetime64(part.index[0].tz_localize(None), "s")
    return Series(start, part.to_numpy(np.float32))
