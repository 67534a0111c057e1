"""What the algorithm of a tabular model provides: `<model>/algorithm.py`."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from sagemaker_pipelines.tabular import record
from sagemaker_pipelines.tabular.record import Array


class Model(Protocol):
    """A fitted model."""

    def predict(self, table: Array) -> Array:
        """Return the prediction of each row of numbers, shape (rows, features): shape (rows,)."""


class Algorithm(Protocol):
    """The module."""

    def fit(
        self, table: Array, target: Array, hyperparameters: Mapping[str, str], folder: Path
    ) -> None:
        """Fit a model to rows and their targets, and write its files to the folder.

        Raises JobError for a bad hyperparameter, or if the fit fails. The same data give the same
        model.
        """

    def load(self, folder: Path) -> Model:
        """Load the files of a model."""


def find(model: str) -> Algorithm:
    """Return the algorithm of a model; raises ValueError that names the known ones."""
    record.read(model)
    return cast(Algorithm, import_module(f"sagemaker_pipelines.{model}.algorithm"))
