"""A layer of a long short-term memory in NumPy."""

from dataclasses import dataclass

import numpy as np

from sagemaker_pipelines.container.algorithms.deepar.likelihoods import Values


@dataclass(frozen=True, slots=True)
class Cell:
    """One LSTM layer, with weights by which one hyperbolic tangent computes all gates of a step.

    Columns are the input, forget and output gates, halved, and the candidate, because sigmoid(x)
    is (tanh(x / 2) + 1) / 2.
    """

    inward: Values
    recurrent: Values
    bias: Values

    @classmethod
    def of(cls, *exported: Values) -> "Cell":
        """Take torch's weights: rows of the input and forget gates, candidate and output gate."""
        arranged = []
        for weights in exported:
            enter, forget, candidate, leave = np.split(weights.T, 4, axis=-1)
            halved = [np.float32(0.5) * gate for gate in (enter, forget, leave)]
            arranged.append(np.concatenate([*halved, candidate], axis=-1))
        return cls(*arranged)

    @property
    def size(self) -> int:
        """Return the number of units."""
        return len(self.recurrent)

    def advance(self, inward: Values, hidden: Values, memory: Values) -> tuple[Values, Values]:
        """Return the next hidden state and memory; `inward`: rows @ self.inward + self.bias."""
        size = self.size
        gates = np.tanh(inward + hidden @ self.recurrent)
        sigmoids, candidate = gates[:, : 3 * size], gates[:, 3 * size :]
        sigmoids *= 0.5
        sigmoids += 0.5
        memory = sigmoids[:, size : 2 * size] * memory
        memory += sigmoids[:, :size] * candidate
        return sigmoids[:, 2 * size :] * np.tanh(memory), memory
