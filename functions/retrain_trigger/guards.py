"""Whether a training may start now, and the token that lets only one start. Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import Field

from common import times
from common.events import Event
from retrain_trigger.training_request import TrainingRequest

RUNNING = frozenset({"Executing", "Stopping"})
DAY = timedelta(days=1)


class Policy(Event):
    """Limits on trainings that no person requested (SSM `quality/policy/*`)."""

    cooldown_hours: float = Field(ge=0, allow_inf_nan=False)
    daily_cap: int = Field(ge=0)

    @property
    def cooldown(self) -> timedelta:
        """Minimum time between the starts of two trainings."""
        return timedelta(hours=self.cooldown_hours)

    @property
    def horizon(self) -> timedelta:
        """Age beyond which the guards ignore a training."""
        return max(self.cooldown, DAY) + timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Execution:
    """An execution of the training pipeline."""

    started: datetime
    status: str
    name: str
    arn: str


def started_by(request: TrainingRequest, executions: Iterable[Execution]) -> Execution | None:
    """Return the execution that an earlier delivery of this request started, if any."""
    return next((e for e in executions if e.name == request.execution_name), None)


def start_token(pipeline: str, predecessor: str) -> str:
    """Return the ClientRequestToken of the training that follows `predecessor`.

    The predecessor is the newest execution (ARN), or for the first one the pipeline's creation
    time. Requests that saw the same executions have the same token, and SageMaker starts one
    execution per token: the second request starts nothing, and there is no lock that a crash could
    leave behind.
    """
    return hashlib.sha256(f"{pipeline} after {predecessor}".encode()).hexdigest()


def skip_reason(
    request: TrainingRequest, executions: Iterable[Execution], policy: Policy
) -> str | None:
    """Return why no training may start, None if it may.

    A manual request ignores cooldown and cap, but never starts a second concurrent training.
    """
    known = list(executions)
    if any(execution.status in RUNNING for execution in known):
        return "a training is running"
    if request.manual:
        return None
    ages = [request.time - execution.started for execution in known]
    if any(age < policy.cooldown for age in ages):
        last = max(execution.started for execution in known)
        return (
            f"the last training started at {times.iso(last)}, "
            f"less than {policy.cooldown_hours:g} hours ago"
        )
    today = sum(age < DAY for age in ages)
    if today >= policy.daily_cap:
        return f"{today} trainings started within a day, the cap is {policy.daily_cap}"
    return None
