"""Adam, with a learning rate that falls to 0 along a cosine.

The arithmetic is torch's own function. Its classes `Adam` and `CosineAnnealingLR` have the same
results, but import torch's compiler (torch._dynamo): a second of every fit.
"""

import math
from typing import Any

import torch
from torch.optim.adam import adam


class Optimizer:
    """Weights, what Adam remembers of each, and the learning rate."""

    def __init__(self, network: torch.nn.Module, learning_rate: float, epochs: int) -> None:
        self._weights = list(network.parameters())
        self._means = [torch.zeros_like(weights) for weights in self._weights]
        self._squares = [torch.zeros_like(weights) for weights in self._weights]
        self._steps = [torch.tensor(0.0) for _ in self._weights]
        self.learning_rate = learning_rate
        self._epoch, self._epochs = 0, epochs

    def step(self) -> None:
        """Change the weights that have a gradient."""
        gradients = {n: w.grad for n, w in enumerate(self._weights) if w.grad is not None}
        with torch.no_grad():
            adam(
                [self._weights[n] for n in gradients],
                list(gradients.values()),
                [self._means[n] for n in gradients],
                [self._squares[n] for n in gradients],
                [],  # of the variant amsgrad
                [self._steps[n] for n in gradients],
                amsgrad=False,
                beta1=0.9,
                beta2=0.999,
                lr=self.learning_rate,
                weight_decay=0.0,
                eps=1e-8,
                maximize=False,
            )

    def end_epoch(self) -> None:
        """Lower the learning rate."""
        before, self._epoch = self._epoch, self._epoch + 1
        self.learning_rate *= self._height(self._epoch) / self._height(before)

    def _height(self, epoch: int) -> float:
        """Return the cosine from 2 at the start to 0 after the last epoch."""
        return 1 + math.cos(math.pi * epoch / self._epochs)

    def state(self) -> dict[str, Any]:
        """Return the state for a checkpoint."""
        return {
            "means": self._means,
            "squares": self._squares,
            "steps": self._steps,
            "learning_rate": self.learning_rate,
            "epoch": self._epoch,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from the state of a checkpoint."""
        self._means, self._squares = state["means"], state["squares"]
        self._steps = state["steps"]
        self.learning_rate, self._epoch = state["learning_rate"], state["epoch"]
