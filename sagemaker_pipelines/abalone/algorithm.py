"""Gradient boosting of regression trees on the measurements of an abalone."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from common.config import describe
from sagemaker_pipelines.container.algorithms.gradient_boosting.trees import Ensemble, export
from sagemaker_pipelines.paths import JobError
from sagemaker_pipelines.tabular.record import Array

FILE = "trees.npz"
SEX, SEXES = 0, 3  # position of the feature, and number of its values
# Rows times trees at a time. Larger arrays do not fit into the cache of a processor, and their
# memory is returned to the system after each use, which takes several times longer.
CHUNK = 2**15
SETTINGS: dict[str, Any] = {"early_stopping": False, "random_state": 0}


class Hyperparameters(BaseModel):
    """Hyperparameters of the boosting; SageMaker passes them as texts."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    max_iter: int = Field(150, ge=1, le=5000)  # trees
    learning_rate: float = Field(0.06, gt=0, le=1)
    max_leaf_nodes: int = Field(15, ge=2, le=1000)
    l2_regularization: float = Field(0.0, ge=0)


@dataclass(frozen=True, slots=True)
class Boosting:
    """Fitted trees."""

    trees: Ensemble

    def predict(self, table: Array) -> Array:
        """Return the rings of each row."""
        size = max(1, CHUNK // len(self.trees.roots))
        starts = range(0, len(table), size)
        parts = [self.trees.predict(_one_hot(table[n : n + size]))[0] for n in starts]
        return np.concatenate(parts) if parts else np.empty(0)


def fit(table: Array, target: Array, hyperparameters: Mapping[str, str], folder: Path) -> None:
    """Fit the trees and write them as arrays, without pickles."""
    # Imported here because serving does not need it.
    from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: PLC0415

    try:
        values = Hyperparameters.model_validate(dict(hyperparameters))
    except ValidationError as error:
        raise JobError(f"hyperparameter {describe(error)}") from None
    model = HistGradientBoostingRegressor(**values.model_dump(), **SETTINGS)
    model.fit(_one_hot(table), target)
    np.savez(folder / FILE, **asdict(export([model])))


def load(folder: Path) -> Boosting:
    """Load the trees."""
    with np.load(folder / FILE, allow_pickle=False) as archive:
        return Boosting(Ensemble(**{name: archive[name] for name in archive.files}))


def _one_hot(table: Array) -> Array:
    """Replace the position of the sex by a column of zeros and ones for each."""
    sexes = np.eye(SEXES)[table[:, SEX].astype(int)]
    return np.column_stack([sexes, np.delete(table, SEX, axis=1)])
