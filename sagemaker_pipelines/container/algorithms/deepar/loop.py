"""The training loop, like GluonTS's trainer but without log folders."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import torch

from sagemaker_pipelines.container import cluster
from sagemaker_pipelines.container.algorithms.deepar.batches import Batch, Windows
from sagemaker_pipelines.container.algorithms.deepar.checkpoint_store import Checkpoints, State
from sagemaker_pipelines.container.algorithms.deepar.gluonts_parts import DeepARModel
from sagemaker_pipelines.container.algorithms.deepar.hyperparameters import Hyperparameters
from sagemaker_pipelines.container.algorithms.deepar.optimizer import Optimizer


@dataclass(slots=True)
class Progress:
    """The state after an epoch, passed to the callback."""

    epoch: int = -1  # none yet
    train_loss: float = 0.0
    validation_loss: float = 0.0
    best_epoch: int = 0
    resumed: int = 0  # epochs before the checkpoint from which the training went on

    def finished(self, parameters: Hyperparameters) -> bool:
        """Return whether no further epoch follows."""
        patience = parameters.early_stopping_patience or parameters.epochs
        last = self.epoch + 1 >= parameters.epochs
        return last or self.epoch - self.best_epoch >= patience


BATCHES_PER_EPOCH = 10  # as in the log of Amazon DeepAR for few series
VALIDATION_WINDOWS = 64
# Standard deviation of the random levels (natural logarithm). A single series has each level only
# once; without augmentation the network memorizes the level of each hour and fails at others.
LEVEL_SPREAD = 0.5


class Training:
    """What changes during a training: all of it is in a checkpoint."""

    def __init__(self, network: DeepARModel, parameters: Hyperparameters) -> None:
        self.network = network
        # Of several instances, each draws other windows.
        self.rng = np.random.default_rng(cluster.place().rank)
        self.optimizer = Optimizer(network, parameters.learning_rate, parameters.epochs)
        self.best, self.best_loss = network.state_dict(), float("inf")
        self.progress = Progress()

    def state(self) -> State:
        """Return the state for a checkpoint."""
        return {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state(),
            "numpy": json.dumps(self.rng.bit_generator.state),
            "torch": torch.get_rng_state(),
            "best": self.best,
            "best_loss": self.best_loss,
            "progress": asdict(self.progress),
        }

    def restore(self, state: State) -> None:
        """Continue from the state of a checkpoint."""
        self.network.load_state_dict(state["network"])
        self.optimizer.restore(state["optimizer"])
        self.rng.bit_generator.state = json.loads(state["numpy"])
        torch.set_rng_state(state["torch"])
        self.best, self.best_loss = state["best"], state["best_loss"]
        self.progress = Progress(**state["progress"])
        self.progress.resumed = self.progress.epoch + 1
        if rank := cluster.place().rank:  # the state is that of the first instance
            self.rng = np.random.default_rng((rank, self.progress.resumed))


def fit(
    network: DeepARModel,
    windows: Windows,
    parameters: Hyperparameters,
    checkpoints: Checkpoints,
    on_epoch: Callable[[Progress], bool],
) -> Progress:
    """Train until on_epoch returns False; restore the weights with the best validation loss.

    A training that goes on from a checkpoint ends with the weights of one without interruption.
    """
    training = Training(network, parameters)
    if (state := cluster.from_first(checkpoints.newest())) is not None:
        training.restore(state)
    train, held_out = windows.split()
    chosen = np.linspace(0, len(held_out) - 1, min(len(held_out), VALIDATION_WINDOWS)).astype(int)
    validation = windows.batch(held_out[chosen])
    size = -(-parameters.mini_batch_size // cluster.place().size)  # of a batch, rounded up
    while not training.progress.finished(parameters):
        network.train()
        total = 0.0
        for _ in range(BATCHES_PER_EPOCH):
            selected = train[training.rng.integers(len(train), size=size)]
            batch = _at_random_levels(windows.batch(selected), training.rng, parameters.likelihood)
            loss = network.loss(**batch).mean()
            network.zero_grad()
            loss.backward()
            cluster.average_gradients(network)
            torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
            training.optimizer.step()
            total += float(loss.detach())
        training.optimizer.end_epoch()
        network.eval()
        with torch.no_grad():
            score = float(network.loss(**validation, future_only=True).mean())
        progress = training.progress
        progress.epoch += 1
        progress.train_loss, progress.validation_loss = total / BATCHES_PER_EPOCH, score
        if score < training.best_loss:
            training.best = {name: value.clone() for name, value in network.state_dict().items()}
            training.best_loss, progress.best_epoch = score, progress.epoch
        checkpoints.save(progress.epoch, training.state())
        if not cluster.from_first(on_epoch(progress)):
            break
    network.load_state_dict(training.best)
    return training.progress


def _at_random_levels(batch: Batch, rng: np.random.Generator, likelihood: str) -> Batch:
    """Multiply each window by a random factor."""
    shape = (len(batch["past_target"]), 1)
    factors = torch.from_numpy(np.exp(rng.normal(0, LEVEL_SPREAD, shape)).astype(np.float32))
    for name in ("past_target", "future_target"):
        batch[name] = batch[name] * factors
        if likelihood == "negative-binomial":
            batch[name] = batch[name].round()
    return batch
