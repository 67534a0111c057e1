"""`train`: channels of JSON Lines -> model folder, with the log format of Amazon DeepAR.

SIGTERM (a stopped job, an interrupted spot instance) ends the training after the current epoch;
the best model so far is saved.
"""

import json
import signal
import sys
import warnings
import zlib
from types import FrameType

import numpy as np

from common import scores
from sagemaker_pipelines.container import series as data
from sagemaker_pipelines.container.forecaster import Forecaster, quantiles
from sagemaker_pipelines.container.hyperparameters import Hyperparameters, parse
from sagemaker_pipelines.paths import JobError, Paths

MINIMUM_OBSERVATIONS = 100
# Fields that Amazon DeepAR can learn from and this image cannot, by their hyperparameter.
UNUSED_FIELDS = {"cardinality": "cat", "num_dynamic_feat": "dynamic_feat"}
QUALITY = "#quality_metric: host=algo-1,"


def main(paths: Paths) -> None:
    """Train a model with the hyperparameters and channels of the job."""
    values = json.loads(paths.hyperparameters.read_text())
    parameters = parse(values)
    series = _read(paths, "train", values)
    observations = sum(int((~np.isnan(item.target)).sum()) for item in series)
    if observations < MINIMUM_OBSERVATIONS:
        raise JobError(
            f"train channel: got {observations} observations, "
            f"expected at least {MINIMUM_OBSERVATIONS}"
        )
    longest = max(len(item.target) for item in series)
    if longest < 4 * parameters.prediction_length:
        raise JobError(
            f"longest training series: got {longest} values, expected at least "
            f"{4 * parameters.prediction_length} with prediction_length "
            f"{parameters.prediction_length}"
        )
    _train(paths, parameters, series)
    if paths.channel("test").is_dir():
        _test(Forecaster.load(paths.model), _read(paths, "test", values), parameters)


def _read(paths: Paths, channel: str, values: dict[str, str]) -> list[data.Series]:
    folder = paths.channel(channel)
    if not folder.is_dir():
        raise JobError(f"{channel} channel: missing")
    try:
        for hyperparameter, field in UNUSED_FIELDS.items():
            if values.get(hyperparameter, "auto") == "auto" and data.uses(folder, field):
                raise JobError(
                    f"{channel} channel: got the field {field}, which this image ignores; "
                    f'set hyperparameter {hyperparameter} to "ignore" to train without it'
                )
        return data.read_channel(folder)
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise JobError(f"{channel} channel: {error}") from error


def _train(paths: Paths, parameters: Hyperparameters, series: list[data.Series]) -> None:
    warnings.filterwarnings("ignore", module="gluonts")
    # Imported late because it takes seconds; invalid input is rejected before.
    import torch  # noqa: PLC0415

    from sagemaker_pipelines.container import batches, export, features, fit, network  # noqa: PLC0415

    torch.manual_seed(0)
    longest = max(len(item.target) for item in series)
    cycles = features.cycles_for(parameters.step_seconds, longest)
    model = network.build(parameters, cycles)
    windows = batches.Windows(series, parameters, cycles, model.past_length)
    stopped: list[int] = []

    def stop(signal_number: int, _: FrameType | None) -> None:
        stopped.append(signal_number)

    def on_epoch(progress: fit.Progress) -> bool:
        _log(f"{QUALITY} epoch={progress.epoch}, train loss <loss>={progress.train_loss:.6f}")
        _log(
            f"{QUALITY} epoch={progress.epoch}, "
            f"validation loss <loss>={progress.validation_loss:.6f}"
        )
        done = 100 * (progress.epoch + 1) // parameters.epochs
        _log(f"#progress_metric: host=algo-1, completed {done} % of epochs")
        return not stopped

    signal.signal(signal.SIGTERM, stop)
    progress = fit.fit(model, windows, parameters, on_epoch)
    if not np.isfinite(progress.validation_loss):
        raise JobError("the training diverged (its loss is NaN or infinite): reduce learning_rate")
    _log(f"Best validation loss at epoch {progress.best_epoch}")
    _log(f"{QUALITY} train final_loss <loss>={progress.train_loss:.6f}")
    about = {"epochs": progress.epoch + 1, "best_epoch": progress.best_epoch}
    export.write(model, parameters, cycles, about, paths.model)


def _test(forecaster: Forecaster, series: list[data.Series], parameters: Hyperparameters) -> None:
    """Score the last prediction_length values of every test series, as Amazon DeepAR does."""
    horizon, levels = parameters.prediction_length, parameters.test_quantiles
    usable = [item for item in series if not np.isnan(item.target[:-horizon]).all()]
    if not usable:
        return
    truth = np.concatenate([item.target[-horizon:] for item in usable]).astype(np.float64)
    paths = np.concatenate(
        [
            forecaster.sample(item.upto(len(item.target) - horizon), parameters.num_eval_samples)
            for item in usable
        ],
        axis=1,
    )
    if not np.nansum(np.abs(truth)) > 0:  # missing or zero values cannot be scored
        return
    known = truth.tolist()
    rows = quantiles(paths, levels).tolist()
    by_level = {str(level): row for level, row in zip(levels, rows, strict=True)}
    rmse = float(np.sqrt(np.nanmean((paths.mean(axis=0) - truth) ** 2)))
    loss = scores.mean_wql(known, by_level)
    _log(f"#test_score (algo-1, RMSE): {rmse}")
    _log(f"#test_score (algo-1, mean_wQuantileLoss): {loss}")
    for level, row in by_level.items():
        _log(
            f"#test_score (algo-1, wQuantileLoss[{level}]): {scores.mean_wql(known, {level: row})}"
        )
    _log(f"{QUALITY} test RMSE <loss>={rmse}")
    _log(f"{QUALITY} test mean_wQuantileLoss <loss>={loss}")


def _log(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
