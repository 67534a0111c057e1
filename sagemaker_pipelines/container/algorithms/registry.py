"""The algorithms of the image by name: fit one, or load a model that one has written."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path
from typing import cast

import numpy as np

from common.errors import bad_value
from common.tournament import MINIMUM_TRAINING_MINUTES
from sagemaker_pipelines import algorithms
from sagemaker_pipelines.container.algorithms import metadata
from sagemaker_pipelines.container.algorithms.model import Algorithm, Combination, Model
from sagemaker_pipelines.container.covariates import Covariates, resolve
from sagemaker_pipelines.container.hyperparameters import ALGORITHM, Hyperparameters
from sagemaker_pipelines.container.series import Series, SeriesError
from sagemaker_pipelines.paths import JobError

ALGORITHMS = algorithms.NAMES
LEARN_COVARIATES = ("deepar",)  # from cat and dynamic_feat
MIN_OBSERVATIONS = MINIMUM_TRAINING_MINUTES  # in all training series, as Amazon DeepAR requires


def fit(
    name: str,
    series: Sequence[Series],
    hyperparameters: Mapping[str, str],
    folder: Path,
    checkpoints: Path | None = None,
) -> None:
    """Fit an algorithm and write its model files to the folder.

    `hyperparameters` are the texts of a training job; those of other algorithms are ignored.
    Raises JobError if the algorithm, a hyperparameter or the data are unusable.
    """
    parameters = parse(name, hyperparameters)
    learns = name in LEARN_COVARIATES
    if learns:
        series = [replace(one, cat=one.cat or parameters.cat) for one in series]
    found = resolve(parameters, series)
    try:
        series = [found.select(one) for one in series]
    except SeriesError as error:
        raise JobError(f"train channel: {error}") from error
    if found and not learns:
        raise JobError(
            f"train channel: got the fields cat or dynamic_feat, which {name} does not learn "
            'from; set the hyperparameters cardinality and num_dynamic_feat to "ignore" to train '
            "without them"
        )
    _check(series, parameters.prediction_length)
    algorithm(name).fit(series, parameters, folder, checkpoints)
    metadata.add(folder, **asdict(found) | {"cat": parameters.cat if learns else ()})


def parse(name: str, hyperparameters: Mapping[str, str]) -> Hyperparameters:
    """Validate the hyperparameters of an algorithm; raises JobError."""
    return algorithm(name).Hyperparameters.parse({**hyperparameters, ALGORITHM: name})


def fitting(name: str) -> str:
    """Return the name of the module in which an algorithm may have what only its fits import."""
    return f"{__package__}.{name}.fitting"


def combination(name: str) -> Combination | None:
    """Return the module of an algorithm that combines others, None for another one."""
    found = algorithm(name)
    return found if isinstance(found, Combination) else None


def load(folder: Path) -> Model:
    """Load the model of a folder."""
    return algorithm(metadata.read(folder)["algorithm"]).load(folder)


def covariates(folder: Path) -> Covariates:
    """Return what the model of a folder learned from; older models ignore all fields."""
    document = metadata.read(folder)
    sizes, cat = document.get("cardinality"), document.get("cat", ())
    features = document.get("num_dynamic_feat")
    return Covariates(None if sizes is None else tuple(sizes), features, tuple(cat))


def algorithm(name: str) -> Algorithm:
    """Return the module of an algorithm; JobError names the known ones."""
    if name not in ALGORITHMS:
        raise JobError(bad_value(f"hyperparameter {ALGORITHM}", name, " or ".join(ALGORITHMS)))
    # Only when it is used: a server needs only the one of its model.
    return cast(Algorithm, import_module(f"{__package__}.{name}.algorithm"))


def _check(series: Sequence[Series], horizon: int) -> None:
    observations = sum(int((~np.isnan(s.target)).sum()) for s in series)
    if observations < MIN_OBSERVATIONS:
        raise JobError(
            f"train channel: got {observations} observations, expected at least {MIN_OBSERVATIONS}"
        )
    longest = max(len(s.target) for s in series)
    if longest < 4 * horizon:
        raise JobError(
            f"longest training series: got {longest} values, expected at least "
            f"{4 * horizon} with prediction_length {horizon}"
        )
