"""Gradient boosting of quantiles: direct forecasts of every step from scale-free features."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from sagemaker_pipelines.container import log
from sagemaker_pipelines.container.algorithms import metadata, quantile_function
from sagemaker_pipelines.container.algorithms.gradient_boosting import features
from sagemaker_pipelines.container.algorithms.gradient_boosting.trees import Ensemble, export
from sagemaker_pipelines.container.algorithms.model import (
    Examples,
    Prediction,
    prediction,
)
from sagemaker_pipelines.container.hyperparameters import Hyperparameters
from sagemaker_pipelines.container.series import Series, impute

FITTED_LEVELS = (0.1, 0.3, 0.5, 0.7, 0.9)  # others are interpolated
MAX_ROWS = 40_000
SEASONS = 2
SETTINGS: dict[str, Any] = {
    "max_iter": 80,
    "learning_rate": 0.06,
    "max_leaf_nodes": 5,  # examples overlap, so that larger trees memorize them
    "l2_regularization": 1.0,
    "early_stopping": False,
    "random_state": 0,
}


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
        rows = _rows(series, values, origins, steps, self._settings)
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
    # Imported here because serving does not need it.
    from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: PLC0415

    settings: dict[str, Any] = {
        "prediction_length": parameters.prediction_length,
        "step_seconds": parameters.step_seconds,
        "levels": FITTED_LEVELS,
    }
    longest = max(series, key=lambda s: len(s.target))
    settings["seasons"] = features.seasons(
        impute(longest.target).astype(np.float64),
        features.SHORTEST_SEASON,
        features.LONGEST_SEASON,
        SEASONS,
    )
    x, y = _examples(series, settings)
    leaf = max(20, len(y) // 20)
    models = [
        HistGradientBoostingRegressor(
            loss="quantile", quantile=level, min_samples_leaf=leaf, **SETTINGS
        ).fit(x, y)
        for level in FITTED_LEVELS
    ]
    metadata.write(folder, "gradient_boosting", **settings)
    np.savez(folder / "model.npz", **asdict(export(models)))
    log.write(f"gradient boosting: {len(y)} examples, seasons {settings['seasons']}")


def load(folder: Path) -> GradientBoosting:
    """Load the files of a model folder."""
    with np.load(folder / "model.npz", allow_pickle=False) as archive:
        trees = Ensemble(**{name: archive[name] for name in archive.files})
    return GradientBoosting(metadata.read(folder), trees)


def _examples(
    series: Sequence[Series], settings: dict[str, Any]
) -> tuple[features.Array, features.Array]:
    """Return inputs and scaled targets of pairs of origin and step, drawn at random if many."""
    horizon: int = settings["prediction_length"]
    rng = np.random.default_rng(0)
    share = MAX_ROWS / max(1, sum(len(s.target) for s in series) * horizon)
    inputs, targets = [], []
    for one in series:
        first = max(1, min(features.LEVEL_SPAN, (len(one.target) - horizon) // 2))
        origins, steps = np.meshgrid(
            np.arange(first, len(one.target)), np.arange(1, horizon + 1), indexing="ij"
        )
        position = origins + steps - 1
        usable = position < len(one.target)
        usable &= ~np.isnan(one.target[np.minimum(position, len(one.target) - 1)])
        usable &= rng.random(usable.shape) < share
        origins, steps, position = origins[usable], steps[usable], position[usable]
        values = impute(one.target).astype(np.float64)
        inputs.append(_rows(one, values, origins, steps, settings))
        unique, inverse = np.unique(origins, return_inverse=True)
        targets.append(one.target[position] / features.levels(values, unique)[inverse])
    return np.concatenate(inputs), np.concatenate(targets)


def _rows(
    series: Series,
    values: features.Array,
    origins: features.Positions,
    steps: features.Positions,
    settings: dict[str, Any],
) -> features.Array:
    start = int(series.start.astype("datetime64[s]").astype(np.int64))
    seconds = start + (origins + steps - 1) * settings["step_seconds"]
    return features.rows(values, origins, steps, settings["seasons"], seconds % 3600 / 3600)
