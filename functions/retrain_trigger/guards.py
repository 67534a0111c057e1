"""Whether a training may start now. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from common import times
from retrain_trigger.requests import Request

RUNNING = frozenset({"Executing", "Stopping"})
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Policy:
    """How often the loop may train by itself."""

    cooldown: timedelta
    daily_cap: int


@dataclass(frozen=True, slots=True)
class Execution:
    """A training of the past or present."""

    started: datetime
    status: str
    name: str
    arn: str


def own(request: Request, executions: Iterable[Execution]) -> Execution | None:
    """Return the training that this very request started, when it came before."""
    return next((one for one in executions if one.name == request.name), None)


def refusal(request: Request, executions: Iterable[Execution], policy: Policy) -> str | None:
    """Return why no training may start, None if it may.

    A person may train again at once; nobody may train twice at the same time.
    """
    known = list(executions)
    if any(execution.status in RUNNING for execution in known):
        return "a training is running"
    if request.manual:
        return None
    ages = [request.time - execution.started for execution in known]
    if any(age < policy.cooldown for age in ages):
        last = max(execution.started for execution in known)
        hours = policy.cooldown / timedelta(hours=1)
        return f"the last training began at {times.iso(last)}, less than {hours:g} hours ago"
    today = sum(age < DAY for age in ages)
    if today >= policy.daily_cap:
        return f"{today} trainings began within a day, the cap is {policy.daily_cap}"
    return None
