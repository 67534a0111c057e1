"""`train`: two channels of JSON Lines -> a model folder, and log lines in Amazon DeepAR's words.

SIGTERM (a stopped job, an interrupted spot instance) ends the training after the epoch that runs;
the best model so far is kept.
"""

import json
import signal
import sys
import warnings
import zlib
from types import FrameType

import numpy as np

from sagemaker_pipelines.container import series as data
from sagemaker_pipelines.container.forecaster import Forecaster, quantiles
from sagemaker_pipelines.container.hyperparameters import Hyperparameters, parse
from sagemaker_pipelines.paths import JobError, Paths
from sagemaker_pipelines.scoring import mean_wql

MINIMUM_OBSERVATIONS = 100
# Fields that Amazon DeepAR learns from and this image does not, by the hyperparameter of each.
UNUSED_FIELDS = {"cardinality": "cat", "num_dynamic_feat": "dynamic_feat"}
QUALITY = "#quality_metric: host=algo-1,"


def main(paths: Paths) -> None:
    """Train the model that the job's hyperparameters and channels describe."""
    given = json.loads(paths.hyperparameters.read_text())
    parameters = parse(given)
    series = _read(paths, "train", given)
    observations = sum(int((~np.isnan(one.target)).sum()) for one in series)
    if observations < MINIMUM_OBSERVATIONS:
        raise JobError(
            f"the train channel holds {observations} observations; "
            f"at least {MINIMUM_OBSERVATIONS} are needed"
        )
    longest = max(len(one.target) for one in series)
    if longest < 4 * parameters.prediction_length:
        raise JobError(
            f"the longest training series has {longest} values; prediction_length "
            f"{parameters.prediction_length} needs at least {4 * parameters.prediction_length}"
        )
    _train(paths, parameters, series)
    if paths.channel("test").is_dir():
        _test(Forecaster.load(paths.model), _read(paths, "test", given), parameters)


def _read(paths: Paths, channel: str, given: dict[str, str]) -> list[data.Series]:
    folder = paths.channel(channel)
    if not folder.is_dir():
        raise JobError(f"the {channel} channel is missing")
    try:
        for hyperparameter, field in UNUSED_FIELDS.items():
            if given.get(hyperparameter, "auto") == "auto" and data.uses(folder, field):
                raise JobError(
                    f"the {channel} channel holds {field}, which this image cannot learn from; "
                    f'set hyperparameter {hyperparameter} to "ignore" to train without it'
                )
        return data.read_channel(folder)
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise JobError(f"the {channel} channel is not readable: {error}") from error


def _train(paths: Paths, parameters: Hyperparameters, series: list[data.Series]) -> None:
    warnings.filterwarnings("ignore", module="gluonts")
    # Imported here, because it takes seconds: bad input must not have to wait for it.
    import torch  # noqa: PLC0415

    from sagemaker_pipelines.container import batches, export, features, fit, network  # noqa: PLC0415

    torch.manual_seed(0)
    longest = max(len(one.target) for one in series)
    cycles = features.cycles_for(parameters.step_seconds, longest)
    model = network.build(parameters, cycles)
    windows = batches.Windows(series, parameters, cycles, model.past_length)
    stopped: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        stopped.append(number)

    def on_epoch(progress: fit.Progress) -> bool:
        _say(f"{QUALITY} epoch={progress.epoch}, train loss <loss>={progress.train_loss:.6f}")
        _say(
            f"{QUALITY} epoch={progress.epoch}, "
            f"validation loss <loss>={progress.validation_loss:.6f}"
        )
        done = 100 * (progress.epoch + 1) // parameters.epochs
        _say(f"#progress_metric: host=algo-1, completed {done} % of epochs")
        return not stopped

    signal.signal(signal.SIGTERM, stop)
    progress = fit.fit(model, windows, parameters, on_epoch)
    if not np.isfinite(progress.validation_loss):
        raise JobError("the training diverged (its loss is not a number): lower learning_rate")
    _say(f"Best validation loss at epoch {progress.best_epoch}")
    _say(f"{QUALITY} train final_loss <loss>={progress.train_loss:.6f}")
    about = {"epochs": progress.epoch + 1, "best_epoch": progress.best_epoch}
    export.write(model, parameters, cycles, about, paths.model)


def _test(forecaster: Forecaster, series: list[data.Series], parameters: Hyperparameters) -> None:
    """Score the last prediction_length values of every test series, as Amazon DeepAR does."""
    horizon, levels = parameters.prediction_length, parameters.test_quantiles
    usable = [one for one in series if not np.isnan(one.target[:-horizon]).all()]
    if not usable:
        return
    truth = np.concatenate([one.target[-horizon:] for one in usable]).astype(np.float64)
    paths = np.concatenate(
        [
            forecaster.sample(one.upto(len(one.target) - horizon), parameters.num_eval_samples)
            for one in usable
        ],
        axis=1,
    )
    by_level = dict(zip(levels, quantiles(paths, levels), strict=True))
    rmse = float(np.sqrt(np.nanmean((paths.mean(axis=0) - truth) ** 2)))
    loss = mean_wql(truth, by_level)
    _say(f"#test_score (algo-1, RMSE): {rmse}")
    _say(f"#test_score (algo-1, mean_wQuantileLoss): {loss}")
    for level, forecast in by_level.items():
        _say(f"#test_score (algo-1, wQuantileLoss[{level}]): {mean_wql(truth, {level: forecast})}")
    _say(f"{QUALITY} test RMSE <loss>={rmse}")
    _say(f"{QUALITY} test mean_wQuantileLoss <loss>={loss}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
