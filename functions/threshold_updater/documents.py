"""Events and documents that the threshold depends on, with only the fields that are read."""

from datetime import datetime
from typing import Annotated, Protocol

from pydantic import Field, FiniteFloat

from common import threshold
from common.events import Event, Time, TimeText

Loss = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]


class ScoredWindow(Protocol):
    """A window with its score, None if it has none."""

    @property
    def first_minute(self) -> datetime:
        """First minute of the truth."""

    @property
    def score(self) -> float | None:
        """Score (common.threshold)."""


class Deployed(Event):
    """Detail of `Model Deployed`."""

    package_arn: str
    stage: str


class BacktestWindow(Event):
    """A window of evaluation.json."""

    first_minute: Time
    wql: Loss
    reference_wql: Loss

    @property
    def score(self) -> float | None:
        """Score of the window, None if one of the losses is 0."""
        return threshold.score(self.wql, self.reference_wql)


class Evaluation(Event):
    """The fields that are read of evaluation.json."""

    trained_at: TimeText  # EndTime of the training
    windows: Annotated[list[BacktestWindow], Field(min_length=1)]


class ReadingWindow(Event):
    """A window of a monitoring result."""

    first_minute: Time
    score: FiniteFloat | None


class Reading(Event):
    """The fields that are read of a monitoring result."""

    breach: bool
    package_arn: str | None
    stage: str
    time: TimeText
    windows: list[ReadingWindow]
