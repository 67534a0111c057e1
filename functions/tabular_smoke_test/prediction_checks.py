"""Checks that a tabular version must pass on staging before production. Pure."""

import math
from typing import Self

from pydantic import FiniteFloat, ValidationError

from common.config import describe
from common.errors import bad_value, shown
from common.events import Event


class ImplausiblePredictionError(Exception):
    """The prediction is out of proportion to the targets of the training."""


class EvaluationError(ValueError):
    """The evaluation of the version does not say what its training targets were."""


class _History(Event):
    lowest: FiniteFloat
    highest: FiniteFloat


class Targets(Event):
    """What a version's evaluation.json says about the targets of its training."""

    history: _History

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Parse evaluation.json; raises EvaluationError."""
        try:
            return cls.model_validate_json(body)
        except ValidationError as error:
            raise EvaluationError(f"evaluation.json: {describe(error)}") from None


def check_plausible(response: bytes, targets: Targets) -> None:
    """Raise ImplausiblePredictionError unless the response is one number near the targets.

    As near as their range is wide: a model may extrapolate.
    """
    low, high = targets.history.lowest, targets.history.highest
    spread = high - low
    expected = f"a number from {low - spread:g} to {high + spread:g}"
    try:
        value = float(response)
    except ValueError:
        value = math.nan
    if not low - spread <= value <= high + spread:
        raise ImplausiblePredictionError(bad_value("prediction", shown(response), expected))
