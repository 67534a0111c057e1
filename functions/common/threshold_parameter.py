"""The SSM parameter of a stage's threshold, and the windows that it follows from."""

from datetime import datetime
from typing import TYPE_CHECKING

from common import times
from common.events import Event, TimeText
from common.threshold import Threshold, ThresholdPolicy

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parameters import SSMProvider

MinuteScore = tuple[int, float]  # first minute (minutes since 1970) and score of a window


class ThresholdParameter(Event):
    """Document of `/<prefix>/quality/threshold`; only `{"value": null}` before a deployment."""

    value: float | None = None  # relative loss
    typical: float | None = None  # relative loss of the windows, where the moving average starts
    ceiling: float | None = None  # of the value, from the backtest
    policy: str = ThresholdPolicy().policy
    set_by: str | None = None  # ARN of the model package
    replaced: str | None = None  # ARN of the version before it; None after a rollback
    deployed_at: TimeText | None = None
    end_time: TimeText | None = None  # of the version's training
    updated_at: TimeText | None = None  # time of the newest reading that was used
    previous: float | None = None  # value of the previous version
    reference_wql: float | None = None  # typical loss of the reference in the version's backtest
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


def read(parameters: "SSMProvider", name: str) -> ThresholdParameter:
    """Read a threshold's parameter.

    Not cached: a deployment changes it, and the cache's 5 s may be hours of virtual time.
    """
    return ThresholdParameter.model_validate_json(str(parameters.get(name, force_fetch=True)))
