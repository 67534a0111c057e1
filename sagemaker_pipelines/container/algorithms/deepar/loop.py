"""The training loop, like GluonTS's trainer but without checkpoints and log folders."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from gluonts.torch.model.deepar.module import DeepARModel

from sagemaker_pipelines.container.algorithms.deepar.batches import Batch, Windows
from sagemaker_pipelines.container.algorithms.deepar.hyperparameters import Hyperparameters


@dataclass(slots=True)
class Progress:
    """The state after an epoch, passed to the callback."""

    epoch: int
    train_loss: float
    validation_loss: float
    best_epoch: int


BATCHES_PER_EPOCH = 10  # as in the log of Amazon DeepAR for few series
VALIDATION_WINDOWS = 64
# Standard deviation of the random levels (natural logarithm). A single series has each level only
# once; without augmentation the network memorizes the level of each hour and fails at others.
LEVEL_SPREAD = 0.5


def fit(
    network: DeepARModel,
    windows: Windows,
    parameters: Hyperparameters,
    on_epoch: Callable[[Progress], bool],
) -> Progress:
    """Train until on_epoch returns False; restore the weights with the best validation loss."""
    rng = np.random.default_rng(0)
    train, held_out = windows.split()
    chosen = np.linspace(0, len(held_out) - 1, min(len(held_out), VALIDATION_WINDOWS)).astype(int)
    validation = windows.batch(held_out[chosen])
    optimizer = torch.optim.Adam(network.parameters(), lr=parameters.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, parameters.epochs)
    best, best_loss, progress = network.state_dict(), float("inf"), Progress(0, 0.0, 0.0, 0)
    for epoch in range(parameters.epochs):
        network.train()
        total = 0.0
        for _ in range(BATCHES_PER_EPOCH):
            selected = train[rng.integers(len(train), size=parameters.mini_batch_size)]
            batch = _at_random_levels(windows.batch(selected), rng, parameters.likelihood)
            loss = network.loss(**batch).mean()
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
            optimizer.step()
            total += float(loss.detach())
        schedule.step()
        network.eval()
        with torch.no_grad():
            score = float(network.loss(**validation, future_only=True).mean())
        progress = Progress(epoch, total / BATCHES_PER_EPOCH, score, progress.best_epoch)
        if score < best_loss:
            best = {name: value.clone() for name, value in network.state_dict().items()}
            best_loss, progress.best_epoch = score, epoch
        patience = parameters.early_stopping_patience or parameters.epochs
        if not on_epoch(progress) or epoch - progress.best_epoch >= patience:
            break
    network.load_state_dict(best)
    return progress


def _at_random_levels(batch: Batch, rng: np.random.Generator, likelihood: str) -> Batch:
    """Multiply each window by a random factor."""
    shape = (len(batch["past_target"]), 1)
    factors = torch.from_numpy(np.exp(rng.normal(0, LEVEL_SPREAD, shape)).astype(np.float32))
    for name in ("past_target", "future_target"):
        batch[name] = batch[name] * factors
        if likelihood == "negative-binomial":
            batch[name] = batch[name].round()
    return batch
