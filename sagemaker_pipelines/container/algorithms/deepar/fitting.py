"""The fit of the network, with torch: it takes seconds to import, and serving needs none."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from sagemaker_pipelines.container import interruption, log
from sagemaker_pipelines.container.algorithms.deepar import (
    batches,
    checkpoint_store,
    export,
    features,
    loop,
    network,
)
from sagemaker_pipelines.container.algorithms.deepar.hyperparameters import Hyperparameters
from sagemaker_pipelines.container.covariates import resolve
from sagemaker_pipelines.container.series import Series
from sagemaker_pipelines.paths import JobError


def fit(
    series: Sequence[Series], parameters: Hyperparameters, folder: Path, checkpoints: Path | None
) -> None:
    """Train the network; SIGTERM ends the training after an epoch, the best one is written."""
    warnings.filterwarnings("ignore", module="gluonts")
    torch.manual_seed(0)
    inputs = features.Inputs.fit(series, parameters.step_seconds)
    model = network.build(parameters, inputs, resolve(parameters, series).cardinality or ())
    windows = batches.Windows(series, parameters, inputs, model.past_length)

    def on_epoch(progress: loop.Progress) -> bool:
        where = f"{log.QUALITY} epoch={progress.epoch},"
        log.write(f"{where} train loss <loss>={progress.train_loss:.6f}")
        log.write(f"{where} validation loss <loss>={progress.validation_loss:.6f}")
        done = 100 * (progress.epoch + 1) // parameters.epochs
        log.write(f"#progress_metric: host=algo-1, completed {done} % of epochs")
        return not interruption.requested()

    fingerprint = checkpoint_store.fingerprint(series, parameters)
    stored = checkpoint_store.Checkpoints(checkpoints, fingerprint)
    progress = loop.fit(model, windows, parameters, stored, on_epoch)
    if not np.isfinite(progress.validation_loss):
        raise JobError("the training diverged (its loss is NaN or infinite): reduce learning_rate")
    log.write(f"Best validation loss at epoch {progress.best_epoch}")
    log.write(f"{log.QUALITY} train final_loss <loss>={progress.train_loss:.6f}")
    training = {
        "epochs": progress.epoch + 1,
        "best_epoch": progress.best_epoch,
        "resumed_after_epochs": progress.resumed,  # 0: not interrupted
    }
    export.write(model, parameters, inputs, training, folder)
