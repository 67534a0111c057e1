"""What the candidates of a tournament are fitted to: each algorithm once to the same data.

An algorithm may be a candidate itself and a member of others, and candidates with the same history
have the same training data.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.deepar import QUANTILE_LEVELS
from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.algorithms.model import Explainable, Model, Prediction
from sagemaker_pipelines.container.series import Series, read_channel
from sagemaker_pipelines.evaluation_reports.attributions import importances
from sagemaker_pipelines.evaluation_reports.bias import wql
from sagemaker_pipelines.paths import Paths
from sagemaker_pipelines.tournament.candidates import Candidate

HELD_OUT_STEP = 3  # every third window: neighbors share most of their minutes


@dataclass(frozen=True, slots=True)
class Fit:
    """An algorithm, and the content of the files that it is fitted to."""

    algorithm: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Measured:
    """The forecasts of the windows, and the importance of the features by algorithm."""

    forecasts: list[Prediction]
    importances: dict[str, Any]


def channel(candidate: Candidate, paths: Paths) -> Path:
    """Return the folder of a candidate's training data."""
    return paths.processing("train") / candidate.name


def needed(candidate: Candidate, paths: Paths, values: Mapping[str, str]) -> list[Fit]:
    """Return the fits that a candidate consists of; JobError for its hyperparameters."""
    name = candidate.algorithm
    parameters, combination = registry.parse(name, values), registry.combination(name)
    files = sorted(file for file in channel(candidate, paths).rglob("*") if file.is_file())
    content = b"".join(file.read_bytes() for file in files)
    members = combination.members(parameters) if combination else (name,)
    return [Fit(member, content) for member in members]


def measure(
    algorithm: str, train: Path, *, paths: Paths, values: Mapping[str, str], samples: int
) -> Measured:
    """Fit an algorithm to a channel, forecast every window, and attribute to the features."""
    model = fitted(algorithm, read_channel(train), values)
    requests = read_channel(paths.processing("requests"))
    forecasts = [model.forecast(series, QUANTILE_LEVELS, samples) for series in requests]
    held_out = read_channel(paths.processing("test"))[::HELD_OUT_STEP]
    return Measured(forecasts, attributions(model, held_out))


def fitted(algorithm: str, train: Sequence[Series], values: Mapping[str, str]) -> Model:
    """Return the model of an algorithm."""
    with tempfile.TemporaryDirectory() as folder:
        registry.fit(algorithm, train, values, Path(folder))
        return registry.load(Path(folder))


def attributions(model: Model, held_out: Sequence[Series]) -> dict[str, Any]:
    """Return the importance of the features for the wQL by algorithm; empty without features.

    `held_out` are series that end with the truths of a window.
    """
    if not isinstance(model, Explainable):
        return {}
    return {
        name: importances(examples.predict, examples.table, examples.names, examples.truth, wql)
        for name, examples in model.examples(held_out, QUANTILE_LEVELS).items()
    }


def together(candidate: Candidate, parts: Sequence[Measured]) -> Measured:
    """Return what a candidate forecasts, from what its fits do."""
    combination = registry.combination(candidate.algorithm)
    if combination is None:
        return parts[0]
    by_window = zip(*(part.forecasts for part in parts), strict=True)
    forecasts = [combination.combine(each, QUANTILE_LEVELS) for each in by_window]
    return Measured(forecasts, {k: v for part in parts for k, v in part.importances.items()})
