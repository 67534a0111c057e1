"""What every algorithm provides: forecasts of one series as mean and quantiles."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypedDict, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sagemaker_pipelines.container.hyperparameters import Hyperparameters
from sagemaker_pipelines.container.series import Series


class Prediction(TypedDict):
    """A forecast (satoshi): `mean` and the quantiles by level, each of shape (horizon,).

    No value is negative, and a quantile of a higher level is never below one of a lower level.
    """

    mean: list[float]
    quantiles: dict[str, list[float]]


class Model(Protocol):
    """A fitted model; the forecast of a series does not depend on earlier requests."""

    @property
    def horizon(self) -> int:
        """Number of steps that are forecast."""

    def forecast(self, series: Series, levels: Sequence[str], samples: int) -> Prediction:
        """Forecast the steps after a series, which has at least one known value.

        `samples` is the number of sample paths of models that draw them; others ignore it.
        """


@runtime_checkable
class Sampler(Protocol):
    """A model that draws sample paths."""

    def sample(self, series: Series, count: int) -> NDArray[np.float32]:
        """Return sample paths of the steps after the series: shape (count, horizon)."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Forecasts of single steps as rows of a table, for attributions to its features.

    `table` has the shape (rows, features), `truth` (satoshi) the shape (rows,). `predict` returns
    the quantiles of the rows of such a table by level.
    """

    names: tuple[str, ...]
    table: NDArray[np.float64]
    truth: NDArray[np.float64]
    predict: Callable[[NDArray[np.float64]], dict[str, NDArray[np.float64]]]


@runtime_checkable
class Explainable(Protocol):
    """A model that forecasts from features, or that has members which do."""

    def examples(self, series: Sequence[Series], levels: Sequence[str]) -> dict[str, Examples]:
        """Return the known ones of the last `horizon` values of each series, by algorithm."""


class Algorithm(Protocol):
    """`algorithm.py` in the folder of an algorithm."""

    Hyperparameters: type[Hyperparameters]

    def fit(
        self,
        series: Sequence[Series],
        parameters: Any,
        folder: Path,
        checkpoints: Path | None = None,
    ) -> None:
        """Fit a model with parsed Hyperparameters and write its files; JobError if it fails.

        `checkpoints` is the folder from which an interrupted fit goes on, None without one.
        """

    def load(self, folder: Path) -> Model:
        """Load the files of a model."""


@runtime_checkable
class Combination(Protocol):
    """`algorithm.py` of an algorithm whose forecasts follow from those of others, its members.

    A tournament fits a member once for all candidates that have it. An algorithm that is no
    Combination is fitted as a whole.
    """

    def members(self, parameters: Any) -> tuple[str, ...]:
        """Return the names of the members from parsed Hyperparameters."""

    def combine(self, forecasts: Sequence[Prediction], levels: Sequence[str]) -> Prediction:
        """Return the forecast of a series from those of the members, in their order."""


def prediction(
    levels: Sequence[str], rows: NDArray[np.float64], mean: NDArray[np.float64]
) -> Prediction:
    """Return a prediction without negative or crossing values.

    `rows` has one row for each level, shape (levels, horizon); where they cross, the values of a
    step are sorted, which never increases the quantile loss (Chernozhukov et al., 2010).
    """
    ascending = np.argsort([float(level) for level in levels], kind="stable")
    ordered = np.empty_like(rows)
    ordered[ascending] = np.sort(np.maximum(rows, 0), axis=0)
    return {
        "mean": np.maximum(mean, 0).tolist(),
        "quantiles": dict(zip(levels, ordered.tolist(), strict=True)),
    }
