"""Limits that a request must respect, and the token that lets only one training start. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Self

from pydantic import Field, ValidationError

from common import times
from common.config import describe
from common.events import Event
from common.training_workflow.execution import Execution
from retrain_trigger import attempts
from retrain_trigger.attempts import Situation
from retrain_trigger.training_request import TrainingRequest

DAY = timedelta(days=1)


class PolicyError(ValueError):
    """The policy in SSM has bad values; no training starts until a person corrects them."""


class Policy(Event):
    """Limits on trainings that no person requested (SSM `quality/policy/*`)."""

    cooldown_hours: float = Field(ge=0, le=8760, allow_inf_nan=False)
    daily_cap: int = Field(ge=0, le=96)  # the checks of a day

    @classmethod
    def parse(cls, values: Mapping[str, str]) -> Self:
        """Validate the texts in SSM by name; raises PolicyError."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise PolicyError(describe(error)) from None

    @property
    def cooldown(self) -> timedelta:
        """Minimum time between the starts of two trainings."""
        return timedelta(hours=self.cooldown_hours)

    @property
    def horizon(self) -> timedelta:
        """Age beyond which cooldown and cap ignore a training."""
        return max(self.cooldown, DAY) + timedelta(minutes=1)


def start_token(workflow: str, predecessor: str) -> str:
    """Return the token of the training that follows `predecessor`, 64 hex digits.

    Requests that saw the same executions have the same token, and one execution starts per token:
    the second request starts nothing, and there is no lock that a crash could leave behind.
    """
    return hashlib.sha256(f"{workflow} after {predecessor}".encode()).hexdigest()


def predecessor(
    executions: Sequence[Execution], created: str, registered: Sequence[datetime]
) -> str:
    """Return what a training follows: the newest execution (ARN), or for the first one the past.

    That is the creation of the workflow and of the newest version: Step Functions lists executions
    of the last 90 days only, and a name that is used again would overwrite that training's files.
    """
    if executions:
        return executions[0].arn
    return " ".join([created, *(times.iso(time) for time in sorted(registered)[-1:])])


def refusal(
    request: TrainingRequest,
    situation: Situation | None,
    executions: Sequence[Execution],
    registered: Sequence[datetime],
    policy: Policy,
    horizon: int,
) -> str | None:
    """Return why no training may start, None if one may.

    `situation` says why production needs a better model, None for other requests; `executions` are
    newest first and `registered` the creation times of all versions. A manual request ignores all
    limits, but never starts a second concurrent training.
    """
    if (reason := running(executions)) or request.manual:
        return reason
    undecided = situation.undecided if situation else None
    stopped = [execution for execution in executions[:1] if execution.stopped]
    if (
        reason := undecided
        or cap(request, executions, policy)
        or cooldown(request, stopped, policy)  # whoever stopped it has a reason
    ):
        return reason
    first = attempts.first_counted(situation, horizon)
    if failed := attempts.failures(executions, first):
        return attempts.retry(failed, executions[0].started).refusal(request.time)
    if situation is None:
        return cooldown(request, executions, policy)
    attempt = attempts.next_attempt(situation, executions, registered, policy.cooldown, horizon)
    return attempt.refusal(request.time)


def running(executions: Sequence[Execution]) -> str | None:
    """Return why no training at all may start, None if one may."""
    return "a training is running" if any(e.running for e in executions) else None


def cooldown(
    request: TrainingRequest, executions: Sequence[Execution], policy: Policy
) -> str | None:
    """Return why it is too early after the last training, None if it is not."""
    starts = [e.started for e in executions if request.time - e.started < policy.cooldown]
    if not starts:
        return None
    return (
        f"the last training started at {times.iso(max(starts))}, "
        f"less than {policy.cooldown_hours:g} hours ago"
    )


def cap(request: TrainingRequest, executions: Sequence[Execution], policy: Policy) -> str | None:
    """Return why no further automatic training may start today, None if one may."""
    today = sum(e.automatic and request.time - e.started < DAY for e in executions)
    if today < policy.daily_cap:
        return None
    return f"{today} automatic trainings started within a day, the cap is {policy.daily_cap}"
