"""An ensemble: the averages of its members' quantiles and means, each member fitted by itself."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Self

import numpy as np
from pydantic import Field, Json, PrivateAttr

from common.errors import bad_value
from sagemaker_pipelines.container import hyperparameters
from sagemaker_pipelines.container.algorithms import metadata, registry
from sagemaker_pipelines.container.algorithms.model import (
    Examples,
    Explainable,
    Model,
    Prediction,
    prediction,
)
from sagemaker_pipelines.container.series import Series
from sagemaker_pipelines.paths import JobError

NAME = "ensemble"


class Hyperparameters(hyperparameters.Hyperparameters):
    """The members as a JSON list, and the hyperparameters of each member."""

    members: Json[Annotated[tuple[str, ...], Field(min_length=2)]] = (
        "deepar",
        "gradient_boosting",
    )
    _parts: dict[str, hyperparameters.Hyperparameters] = PrivateAttr(default_factory=dict)

    @classmethod
    def parse(cls, values: Mapping[str, str]) -> Self:
        """Validate the members and, for each of them, its hyperparameters."""
        parameters = super().parse(values)
        members = parameters.members
        if NAME in members or len(set(members)) < len(members):
            expected = "different algorithms, none of them ensemble"
            raise JobError(bad_value("hyperparameter members", ", ".join(members), expected))
        for name in members:
            parameters._parts[name] = registry.parse(name, values)
        return parameters

    def parts(self) -> dict[str, hyperparameters.Hyperparameters]:
        """Return the hyperparameters of each member."""
        return self._parts


class Ensemble:
    """The loaded members."""

    def __init__(self, members: Sequence[Model]) -> None:
        self.horizon = members[0].horizon
        self._members = members

    def forecast(self, series: Series, levels: Sequence[str], samples: int) -> Prediction:
        """Forecast the steps after the series."""
        forecasts = [member.forecast(series, levels, samples) for member in self._members]
        return combine(forecasts, levels)

    def examples(self, series: Sequence[Series], levels: Sequence[str]) -> dict[str, Examples]:
        """Return those of the members that have features."""
        found: dict[str, Examples] = {}
        for member in self._members:
            if isinstance(member, Explainable):
                found |= member.examples(series, levels)
        return found


def fit(
    series: Sequence[Series],
    parameters: Hyperparameters,
    folder: Path,
    checkpoints: Path | None = None,
) -> None:
    """Fit each member into a folder of its name, with checkpoints in one of its name."""
    for name, part in parameters.parts().items():
        own = checkpoints / name if checkpoints else None
        registry.algorithm(name).fit(series, part, folder / name, own)
    metadata.write(
        folder,
        NAME,
        prediction_length=parameters.prediction_length,
        members=list(parameters.members),
    )


def members(parameters: Hyperparameters) -> tuple[str, ...]:
    """Return the names of the members."""
    return parameters.members


def combine(forecasts: Sequence[Prediction], levels: Sequence[str]) -> Prediction:
    """Return the average of the members' forecasts of a series."""
    rows = np.mean([[f["quantiles"][level] for level in levels] for f in forecasts], axis=0)
    return prediction(levels, rows, np.mean([f["mean"] for f in forecasts], axis=0))


def load(folder: Path) -> Ensemble:
    """Load the members."""
    return Ensemble([registry.load(folder / name) for name in metadata.read(folder)["members"]])
