"""Predictions of training rows, each by a model that has not seen the row."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from sagemaker_pipelines.tabular.algorithm import Algorithm
from sagemaker_pipelines.tabular.record import Array

FOLDS = 5


def predictions(
    algorithm: Algorithm, table: Array, target: Array, hyperparameters: Mapping[str, str]
) -> Array:
    """Return the prediction of each row by a model that was fitted to the other folds.

    The folds are drawn at random, because rows may be sorted, and the same in every call. Raises
    JobError as the fit does.
    """
    folds = np.random.default_rng(0).permutation(len(table)) % FOLDS
    found = np.empty(len(table))
    for fold in range(FOLDS):
        seen = folds != fold
        with tempfile.TemporaryDirectory() as folder:
            algorithm.fit(table[seen], target[seen], hyperparameters, Path(folder))
            found[~seen] = algorithm.load(Path(folder)).predict(table[~seen])
    return found
