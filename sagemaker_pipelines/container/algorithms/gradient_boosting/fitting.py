"""The fit of the trees, with scikit-learn."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor

from sagemaker_pipelines.container import log
from sagemaker_pipelines.container.algorithms import metadata
from sagemaker_pipelines.container.algorithms.gradient_boosting import features
from sagemaker_pipelines.container.algorithms.gradient_boosting.trees import export
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


def fit(series: Sequence[Series], parameters: Hyperparameters, folder: Path) -> None:
    """Fit the trees of every level and write them."""
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
        inputs.append(features.of_series(one, values, origins, steps, settings))
        unique, inverse = np.unique(origins, return_inverse=True)
        targets.append(one.target[position] / features.levels(values, unique)[inverse])
    return np.concatenate(inputs), np.concatenate(targets)
