"""Gradient boosting of quantiles: direct forecasts of every step from scale-free features."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sagemaker_pipelines.container.algorithms import metadata, quantile_function
from sagemaker_pipelines.container.algorithms.gradient_boosting import features
from sagemaker_pipelines.container.algorithms.gradient_boosting.trees import Ensemble
from sagemaker_pipelines.container.algorithms.model import (
    Examples,
    Prediction,
    prediction,
)
from sagemaker_pipelines.container.hyperparameters import Hyperparameters
from sagemaker_pipelines.container.series import Series, impute


class GradientBoosting:
    """Fitted trees."""

    def __init__(self, settings: dict[str, Any], trees: Ensemble) -> None:
        self.horizon: int = settings["prediction_length"]
        self._settings, self._trees = settings, trees

    def forecast(self, series: Series, levels: Sequence[str], samples: int) -> Prediction:  # noqa: ARG002
        """Forecast the steps after the series."""
        rows, level = self._inputs(series)
        known = self._quantiles(rows) * level
        numbers = [float(text) for text in levels]
        found = quantile_function.at(numbers, self._settings["levels"], known)
        mean = quantile_function.mean(self._settings["levels"], known)
        return prediction(levels, found, mean)

    def examples(self, series: Sequence[Series], levels: Sequence[str]) -> dict[str, Examples]:
        """Return the last values of the series with the inputs of their forecasts."""
        tables, scales, truths = [], [], []
        for one in series:
            rows, level = self._inputs(one.upto(len(one.target) - self.horizon))
            truth = one.target[-self.horizon :].astype(np.float64)
            known = ~np.isnan(truth)
            tables.append(rows[known])
            scales.append(np.full(int(known.sum()), level))
            truths.append(truth[known])
        scale, numbers = np.concatenate(scales), [float(text) for text in levels]

        def predict(table: features.Array) -> dict[str, features.Array]:
            known = self._quantiles(table) * scale
            found = quantile_function.at(numbers, self._settings["levels"], known)
            return dict(zip(levels, found, strict=True))

        names = features.names(self._settings["seasons"])
        table, truth = np.concatenate(tables), np.concatenate(truths)
        return {"gradient_boosting": Examples(names, table, truth, predict)}

    def _inputs(self, series: Series) -> tuple[features.Array, float]:
        """Return the rows of all steps after a series, and the level that scales them."""
        values = impute(series.target).astype(np.float64)
        steps = np.arange(1, self.horizon + 1)
        origins = np.full(self.horizon, len(values))
        rows = features.of_series(series, values, origins, steps, self._settings)
        return rows, float(features.levels(values, origins[:1])[0])

    def _quantiles(self, rows: features.Array) -> features.Array:
        """Return the fitted quantiles relative to the level: shape (levels, rows)."""
        return np.sort(np.maximum(self._trees.predict(rows), 0), axis=0)


def fit(
    series: Sequence[Series],
    parameters: Hyperparameters,
    folder: Path,
    checkpoints: Path | None = None,  # noqa: ARG001 - the fit takes seconds and starts again
) -> None:
    """Fit the trees of every level and write them."""
    # Imported here because serving needs no scikit-learn.
    from sagemaker_pipelines.container.algorithms.gradient_boosting import (  # noqa: PLC0415
        fitting,
    )

    fitting.fit(series, parameters, folder)


def load(folder: Path) -> GradientBoosting:
    """Load the files of a model folder."""
    with np.load(folder / "model.npz", allow_pickle=False) as archive:
        trees = Ensemble(**{name: archive[name] for name in archive.files})
    return GradientBoosting(metadata.read(folder), trees)
