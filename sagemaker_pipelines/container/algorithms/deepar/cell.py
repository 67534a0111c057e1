"""A layer of a long short-term memory in NumPy, for several sample paths at once."""

from dataclasses import dataclass

import numpy as np

from sagemaker_pipelines.container.algorithms.deepar.likelihoods import Values


@dataclass(frozen=True, slots=True)
class Cell:
    """Weights of one LSTM layer, by which one hyperbolic tangent computes all gates of a step.

    Rows are the input, forget and output gates, halved, and the candidate, because sigmoid(x) is
    (tanh(x / 2) + 1) / 2.
    """

    weights: (
        Values  # (4 × size, inputs + size): of inputs that differ by path, of the hidden state
    )
    shared: Values  # (4 × size, other inputs), which are the same for all paths
    bias: Values  # (4 × size, 1)

    @classmethod
    def of(cls, inward: Values, recurrent: Values, bias: Values, inputs: int) -> "Cell":
        """Take torch's weights: rows of the input and forget gates, candidate and output gate.

        The first `inputs` inputs differ by path.
        """
        own, shared = inward[:, :inputs], inward[:, inputs:]
        weights = _arranged(np.concatenate([own, recurrent], axis=1))
        return cls(weights, _arranged(shared), _arranged(bias[:, None]))

    @property
    def size(self) -> int:
        """Return the number of units."""
        return len(self.bias) // 4

    @property
    def inputs(self) -> int:
        """Return the number of inputs that differ by path."""
        return int(self.weights.shape[1]) - self.size


def _arranged(weights: Values) -> Values:
    enter, forget, candidate, leave = np.split(weights, 4)
    half = np.float32(0.5)
    return np.concatenate([half * enter, half * forget, half * leave, candidate])


class Layer:
    """The state of a cell, a sample path in each column.

    The arrays of a step are allocated once: a forecast has a hundred steps, and their allocation
    takes a sixth of its time.
    """

    def __init__(self, cell: Cell, paths: int) -> None:
        """Begin with zeros."""
        size, inputs = cell.size, cell.inputs
        self._weights = cell.weights
        self._both = np.zeros((inputs + size, paths), np.float32)
        self.inward, self.hidden = self._both[:inputs], self._both[inputs:]
        self.memory = np.zeros((size, paths), np.float32)
        self._gates = np.empty((4 * size, paths), np.float32)
        self._sigmoids = self._gates[: 3 * size]
        self._enter, self._forget, self._leave, self._candidate = np.split(self._gates, 4)
        self._squashed = np.empty_like(self.memory)

    def begin(self, hidden: Values, memory: Values) -> None:
        """Take a state of one path for all."""
        self.hidden[:], self.memory[:] = hidden, memory

    def advance(self, added: Values) -> Values:
        """Advance by one step and return `hidden`; `inward` was written before.

        `added`: what the bias and the inputs that are the same for all paths add to the gates.
        """
        np.matmul(self._weights, self._both, out=self._gates)
        self._gates += added
        np.tanh(self._gates, out=self._gates)
        self._sigmoids *= 0.5
        self._sigmoids += 0.5
        self._enter *= self._candidate
        self.memory *= self._forget
        self.memory += self._enter
        np.tanh(self.memory, out=self._squashed)
        np.multiply(self._leave, self._squashed, out=self.hidden)
        return self.hidden
