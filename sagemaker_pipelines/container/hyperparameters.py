"""The hyperparameters of Amazon DeepAR, with its names; SageMaker hands them over as strings."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from sagemaker_pipelines.paths import JobError

LIKELIHOODS = ("student-T", "gaussian", "negative-binomial")
_SECONDS = {"min": 60, "H": 3600, "D": 86400, "W": 7 * 86400}
# Accepted, because they make sense for Amazon DeepAR, but without a meaning here.
_IGNORED = {"embedding_dimension", "_tuning_objective_metric"}


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """A training's settings, checked. Defaults are Amazon DeepAR's."""

    context_length: int
    epochs: int
    prediction_length: int
    step_seconds: int
    dropout_rate: float = 0.1
    early_stopping_patience: int | None = None
    learning_rate: float = 1e-3
    likelihood: str = "student-T"
    mini_batch_size: int = 128
    num_cells: int = 40
    num_eval_samples: int = 100
    num_layers: int = 2
    test_quantiles: tuple[float, ...] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def parse(given: Mapping[str, str]) -> Hyperparameters:
    """Check all hyperparameters; raise JobError naming the first bad one and what it may be."""
    reader = _Reader(given)
    checked = Hyperparameters(
        context_length=reader.integer("context_length", None, 1, 10_000),
        epochs=reader.integer("epochs", None, 1, 10_000),
        prediction_length=reader.integer("prediction_length", None, 1, 400),
        step_seconds=reader.step("time_freq"),
        dropout_rate=reader.number("dropout_rate", "0.1", 0, 0.9),
        early_stopping_patience=(
            reader.integer("early_stopping_patience", None, 1, 10_000)
            if given.get("early_stopping_patience")
            else None
        ),
        learning_rate=reader.number("learning_rate", "0.001", 1e-6, 1),
        likelihood=reader.choice("likelihood", "student-T", LIKELIHOODS),
        mini_batch_size=reader.integer("mini_batch_size", "128", 1, 4096),
        num_cells=reader.integer("num_cells", "40", 1, 1024),
        num_eval_samples=reader.integer("num_eval_samples", "100", 1, 10_000),
        num_layers=reader.integer("num_layers", "2", 1, 8),
        test_quantiles=reader.quantiles("test_quantiles"),
    )
    # This image learns from the target alone, and says so instead of ignoring features in silence.
    for name in ("cardinality", "num_dynamic_feat"):
        reader.choice(name, "auto", ("auto", "ignore", ""))
    if unknown := sorted(set(given) - reader.read - _IGNORED):
        raise JobError(f"hyperparameter {unknown[0]} is not one of Amazon DeepAR's")
    return checked


class _Reader:
    """Reads values out of strings and remembers which."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self.read: set[str] = set()

    def integer(self, name: str, default: str | None, low: int, high: int) -> int:
        text = self._text(name, default)
        if re.fullmatch(r"\d+", text) and low <= int(text) <= high:
            return int(text)
        raise _bad(name, text, f"an integer from {low} to {high}")

    def number(self, name: str, default: str, low: float, high: float) -> float:
        text = self._text(name, default)
        if (
            re.fullmatch(r"(\d+\.?\d*|\.\d+)(e-?\d+)?", text, re.IGNORECASE)
            and low <= float(text) <= high
        ):
            return float(text)
        raise _bad(name, text, f"a number from {low} to {high}")

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        text = self._text(name, default)
        if text in choices:
            return text
        raise _bad(name, text, "one of " + ", ".join(choice or '""' for choice in choices))

    def step(self, name: str) -> int:
        text = self._text(name, None)
        if match := re.fullmatch(r"([1-9]\d*)(min|H|D|W)", text):
            return int(match[1]) * _SECONDS[match[2]]
        raise _bad(name, text, "an integer followed by min, H, D or W")

    def quantiles(self, name: str) -> tuple[float, ...]:
        text = self._text(name, "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]")
        try:
            levels = tuple(float(level) for level in json.loads(text))
        except (TypeError, ValueError):
            levels = ()
        if levels and all(0 < level < 1 for level in levels):
            return levels
        raise _bad(name, text, "a list of numbers between 0 and 1")

    def _text(self, name: str, default: str | None) -> str:
        self.read.add(name)
        text = self.given.get(name, default)
        if text is None:
            raise JobError(f"hyperparameter {name} is required")
        return str(text).strip()


def _bad(name: str, text: str, allowed: str) -> JobError:
    return JobError(f"hyperparameter {name} must be {allowed}, not {text!r}")
