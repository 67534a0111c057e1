"""The reference forecast as an algorithm, so that it can be registered and served."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from common import reference_forecast
from sagemaker_pipelines.container.algorithms import metadata
from sagemaker_pipelines.container.algorithms.model import Prediction, prediction
from sagemaker_pipelines.container.hyperparameters import Hyperparameters
from sagemaker_pipelines.container.series import Series


class Reference:
    """Empirical quantiles of the last steps of the request."""

    def __init__(self, horizon: int) -> None:
        self.horizon = horizon

    def forecast(self, series: Series, levels: Sequence[str], samples: int) -> Prediction:  # noqa: ARG002
        """Forecast the steps after the series."""
        context = series.target.astype(np.float64).tolist()
        found = reference_forecast.forecast(context, self.horizon, levels)
        rows = np.array([found.quantiles[level] for level in levels])
        return prediction(levels, rows, np.array(found.mean))


def fit(
    series: Sequence[Series],  # noqa: ARG001
    parameters: Hyperparameters,
    folder: Path,
    checkpoints: Path | None = None,  # noqa: ARG001 - there is nothing to continue
) -> None:
    """Write the horizon; the reference learns nothing."""
    metadata.write(
        folder, reference_forecast.REFERENCE, prediction_length=parameters.prediction_length
    )


def load(folder: Path) -> Reference:
    """Load the model of a folder."""
    return Reference(metadata.read(folder)["prediction_length"])
