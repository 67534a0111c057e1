"""The SSM parameter of a stage's threshold, and the windows that it follows from."""

from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import ConfigDict, PositiveFloat, ValidationError

from common import times
from common.config import describe
from common.events import Event, TimeText
from common.threshold import Threshold, ThresholdPolicy

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parameters import SSMProvider

MinuteScore = tuple[int, float]  # first minute (minutes since 1970) and score of a window


class ThresholdParameter(Event):
    """Document of `/<prefix>/quality/threshold`; only `{"value": null}` before a deployment.

    A value that is not a finite number is an error when it is read and before it is written.
    """

    model_config = ConfigDict(allow_inf_nan=False)

    value: PositiveFloat | None = None  # relative loss
    typical: PositiveFloat | None = None  # of the windows, where the moving average starts
    ceiling: PositiveFloat | None = None  # of the value, from the backtest
    policy: str = ThresholdPolicy().policy
    set_by: str | None = None  # ARN of the model package
    replaced: str | None = None  # ARN of the version before it; None after a rollback
    deployed_at: TimeText | None = None
    end_time: TimeText | None = None  # of the version's training
    updated_at: TimeText | None = None  # time of the newest reading that was used
    previous: PositiveFloat | None = None  # value of the previous version
    reference_wql: PositiveFloat | None = (
        None  # typical loss of the reference in the version's backtest
    )
    windows: tuple[MinuteScore, ...] = ()  # oldest first
    # Readings too recent to be used: a breach that they belong to may be about to begin.
    pending: tuple[tuple[MinuteScore, ...], ...] = ()

    @property
    def threshold(self) -> Threshold | None:
        """The threshold, None before the first deployment."""
        if self.value is None or self.typical is None:
            return None
        return Threshold(self.typical, self.value)

    @property
    def known_until(self) -> datetime | None:
        """Time before which the version may have seen the truth in its training."""
        return times.parse(self.end_time) if self.end_time else None


class ThresholdError(ValueError):
    """The parameter has no valid threshold; a person has changed it."""


def read(parameters: "SSMProvider", name: str) -> ThresholdParameter:
    """Read a threshold's parameter.

    Not cached: a deployment changes it, and the cache's 5 s may be hours of virtual time. Raises
    ThresholdError.
    """
    return parse(name, str(parameters.get(name, force_fetch=True)))


def parse(name: str, text: str) -> ThresholdParameter:
    """Parse the document of a parameter; raises ThresholdError."""
    try:
        return ThresholdParameter.model_validate_json(text)
    except ValidationError as error:
        raise ThresholdError(f"{name}: {describe(error)}") from None


def to_json(name: str, parameter: ThresholdParameter) -> str:
    """Return the document to write; raises ThresholdError for NaN, which JSON would not show."""
    try:
        return ThresholdParameter.model_validate(parameter.model_dump()).model_dump_json()
    except ValidationError as error:
        raise ThresholdError(f"{name}: {describe(error)}") from None
