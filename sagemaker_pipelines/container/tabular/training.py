"""`train` of a tabular model: CSV with a header -> model folder."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from common.errors import bad_value
from sagemaker_pipelines.container import log
from sagemaker_pipelines.container.algorithms import metadata
from sagemaker_pipelines.container.hyperparameters import ALGORITHM
from sagemaker_pipelines.paths import JobError, Paths
from sagemaker_pipelines.tabular import algorithm, table
from sagemaker_pipelines.tabular.record import Array, Record, RecordError, read

MINIMUM_ROWS = 10


def main(paths: Paths, hyperparameters: Mapping[str, str]) -> None:
    """Train the model that the hyperparameter `algorithm` names; score it on the test channel."""
    name = hyperparameters[ALGORITHM]
    record = read(name)
    rows, target = _channel(paths.channel("train"), record)
    if len(rows) < MINIMUM_ROWS:
        raise JobError(bad_value("train channel: rows", len(rows), f"at least {MINIMUM_ROWS}"))
    own = {key: value for key, value in hyperparameters.items() if key != ALGORITHM}
    metadata.write(paths.model, name)
    algorithm.find(name).fit(rows, target, own, paths.model)
    if paths.channel("test").is_dir():
        _test(paths.model, name, *_channel(paths.channel("test"), record))


def _channel(folder: Path, record: Record) -> tuple[Array, Array]:
    try:
        return table.read_folder(folder, record)
    except (OSError, RecordError, UnicodeError) as error:
        raise JobError(f"{folder.name} channel: {error}") from error


def _test(model: Path, name: str, rows: Array, target: Array) -> None:
    if not len(rows):
        return
    error = algorithm.find(name).load(model).predict(rows) - target
    spread = float(np.var(target))
    mse = float(np.mean(error**2))
    log.write(f"{log.QUALITY} test RMSE <loss>={math.sqrt(mse)}")
    if spread:
        log.write(f"{log.QUALITY} test R2 <loss>={1 - mse / spread}")
