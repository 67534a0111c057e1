"""`train`: channels -> model folder, with the log format of Amazon DeepAR.

Forecasters learn from JSON Lines; for tabular models see tabular/training.py.
"""

import json
import os
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from common import scores
from common.errors import bad_value
from sagemaker_pipelines.container import cluster, interruption, log
from sagemaker_pipelines.container import series as data
from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.algorithms.model import Model
from sagemaker_pipelines.container.hyperparameters import ALGORITHM, Hyperparameters
from sagemaker_pipelines.container.tabular import training as tabular_training
from sagemaker_pipelines.paths import JobError, Paths
from sagemaker_pipelines.tabular import record


def main(paths: Paths) -> None:
    """Train a model with the hyperparameters and channels of the job."""
    values = _hyperparameters(paths)
    if values.get(ALGORITHM) in record.models():
        tabular_training.main(paths, values)
        return
    parameters = Hyperparameters.parse_shared(values)
    interruption.watch()
    with cluster.joined(paths.resources, os.environ) as place:
        series = _read_on_all(paths)
        if place.rank:  # only the first instance writes the model and its log
            with TemporaryDirectory() as folder, log.silent():
                registry.fit(parameters.algorithm, series, values, Path(folder))
            return
        registry.fit(parameters.algorithm, series, values, paths.model, paths.checkpoints)
    if paths.channel("test").is_dir():
        _test(registry.load(paths.model), _test_series(paths), parameters)


def _hyperparameters(paths: Paths) -> dict[str, str]:
    try:
        values = json.loads(paths.hyperparameters.read_text())
    except (OSError, RecursionError, ValueError) as error:
        raise JobError(f"hyperparameters: {error}") from error
    if not isinstance(values, dict) or {*map(type, values.values())} - {str}:
        raise JobError(f"{bad_value('hyperparameters', values, 'a JSON object of texts')}.")
    return values


def _read_on_all(paths: Paths) -> list[data.Series]:
    """Read the train channel; an error of one instance is the failure reason of all."""
    try:
        series, problem = _read(paths, "train"), ""
    except JobError as error:
        series, problem = [], str(error)
    if found := [text for text in cluster.gather([problem]) if text]:
        raise JobError(found[0])
    return cluster.gather(series) if _shared_out(paths, "train") else series


def _shared_out(paths: Paths, channel: str) -> bool:
    """Return whether each instance has only some of the objects of a channel."""
    if not paths.input_channels.is_file():
        return False
    config = json.loads(paths.input_channels.read_text()).get(channel, {})
    return bool(config.get("S3DistributionType") == cluster.PARTS)


def _test_series(paths: Paths) -> list[data.Series]:
    covariates = registry.covariates(paths.model)
    try:
        return [covariates.select(series) for series in _read(paths, "test")]
    except data.SeriesError as error:
        raise JobError(f"test channel: {error}") from error


def _read(paths: Paths, channel: str) -> list[data.Series]:
    folder = paths.channel(channel)
    if not folder.is_dir():
        raise JobError(f"{channel} channel: missing")
    try:
        return data.read_channel(folder)
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise JobError(f"{channel} channel: {error}") from error


def _test(model: Model, series: list[data.Series], parameters: Hyperparameters) -> None:
    """Score the last prediction_length values of every test series, as Amazon DeepAR does."""
    horizon = parameters.prediction_length
    levels = [str(level) for level in parameters.test_quantiles]
    usable = [s for s in series if not np.isnan(s.target[:-horizon]).all()]
    if not usable:
        return
    truth = np.concatenate([s.target[-horizon:] for s in usable]).astype(np.float64)
    if not np.nansum(np.abs(truth)) > 0:  # missing or zero values cannot be scored
        return
    forecasts = [
        model.forecast(s.upto(len(s.target) - horizon), levels, parameters.num_eval_samples)
        for s in usable
    ]
    mean = np.concatenate([forecast["mean"] for forecast in forecasts])
    rmse = float(np.sqrt(np.nanmean((mean - truth) ** 2)))
    rows = {
        level: np.concatenate([f["quantiles"][level] for f in forecasts]).tolist()
        for level in levels
    }
    loss = scores.mean_wql(truth.tolist(), rows)
    log.write(f"#test_score (algo-1, RMSE): {rmse}")
    log.write(f"#test_score (algo-1, mean_wQuantileLoss): {loss}")
    for level, row in rows.items():
        one = scores.mean_wql(truth.tolist(), {level: row})
        log.write(f"#test_score (algo-1, wQuantileLoss[{level}]): {one}")
    log.write(f"{log.QUALITY} test RMSE <loss>={rmse}")
    log.write(f"{log.QUALITY} test mean_wQuantileLoss <loss>={loss}")
