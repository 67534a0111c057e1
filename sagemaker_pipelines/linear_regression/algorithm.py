"""Linear regression on one feature by gradient descent of the mean squared error.

Starting values, learning rate and number of steps are fixed: the same data give the same line to
the last bits. The closed form, which the descent approaches, is slightly different after these
steps.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from common.errors import bad_value
from sagemaker_pipelines.paths import JobError
from sagemaker_pipelines.tabular.record import Array

FILE = "line.json"
STEPS = 15_001
LEARNING_RATE = 0.1


@dataclass(frozen=True, slots=True)
class Line:
    """A fitted line."""

    slope: float
    intercept: float

    def predict(self, table: Array) -> Array:
        """Return the value of the line at each row's feature."""
        return self.slope * table[:, 0] + self.intercept


def fit(table: Array, target: Array, hyperparameters: Mapping[str, str], folder: Path) -> None:
    """Fit the line and write it."""
    steps = _steps(hyperparameters)
    x = table[:, 0]
    slope, intercept = np.random.RandomState(0).normal(size=2)
    scale = LEARNING_RATE * 2 / len(x)
    for _ in range(steps):
        miss = slope * x + intercept - target
        slope, intercept = slope - scale * (miss @ x), intercept - scale * miss.sum()
    if not np.isfinite(slope + intercept):
        raise JobError("gradient descent: diverged, expected features scaled to about -1 to 1.")
    (folder / FILE).write_text(json.dumps(asdict(Line(float(slope), float(intercept)))) + "\n")


def load(folder: Path) -> Line:
    """Load a line."""
    return Line(**json.loads((folder / FILE).read_text()))


def _steps(hyperparameters: Mapping[str, str]) -> int:
    text = hyperparameters.get("steps", str(STEPS))
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise JobError(f"hyperparameter {bad_value('steps', text, 'an integer up to 1000000')}")
    return int(text)
