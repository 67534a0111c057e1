"""Predictions of training rows, each by a model that has not seen the row."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sagemaker_pipelines.paths import JobError
from sagemaker_pipelines.tabular.algorithm import Algorithm
from sagemaker_pipelines.tabular.record import Array

FOLDS = 5


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A fold whose rows have no prediction, because no model could be fitted to the others."""

    fold: int  # from 1
    rows: int
    reason: str

    def __str__(self) -> str:
        """Return a line for the log of the job."""
        return f"fold {self.fold} of {FOLDS}, {self.rows} rows without prediction: {self.reason}"


@dataclass(frozen=True, slots=True)
class CrossValidation:
    """The prediction of each row, NaN in the folds that were left out."""

    predictions: Array
    left_out: Sequence[LeftOut]

    def to_dict(self) -> dict[str, Any]:
        """Return cross_validation.json."""
        return {
            "folds": FOLDS,
            "rows": len(self.predictions),
            "left_out": [asdict(fold) for fold in self.left_out],
        }


def run(
    algorithm: Algorithm, table: Array, target: Array, hyperparameters: Mapping[str, str]
) -> CrossValidation:
    """Predict each row by a model that was fitted to the other folds.

    The folds are drawn at random, because rows may be sorted, and the same in every call. A fold
    whose fit raises JobError is left out: the model that is registered was fitted to all rows.
    """
    folds = np.random.default_rng(0).permutation(len(table)) % FOLDS
    found, left_out = np.full(len(table), np.nan), []
    for fold in range(FOLDS):
        seen = folds != fold
        with tempfile.TemporaryDirectory() as folder:
            try:
                algorithm.fit(table[seen], target[seen], hyperparameters, Path(folder))
            except JobError as error:
                left_out.append(LeftOut(fold + 1, int((~seen).sum()), str(error)))
                continue
            found[~seen] = algorithm.load(Path(folder)).predict(table[~seen])
    return CrossValidation(found, left_out)
