"""When the next training is due while production needs a better model, or after a failure. Pure.

The first attempt waits until all windows that a tournament judges are after `since`: a tournament
on windows that straddle a change of the stream promotes models that are worse afterwards. The
second one waits until candidates can be trained on data after `since`. From then on the cooldown
doubles with each attempt that promotes nothing. A failed training is retried with back-off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from common import times
from common.tournament import MINIMUM_TRAINING_MINUTES, judged_minutes
from common.training_workflow.execution import Execution

RETRIES = 3  # of a failed training
FIRST_RETRY = timedelta(minutes=15)  # after the failure; doubles with each
LONGEST_COOLDOWN = timedelta(days=1)  # unless the policy's is longer
DOUBLINGS = 20  # at most: the product remains a timedelta
ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Situation:
    """Why a better model is needed.

    The data are new from `since` on (None: all of them are). `undecided` says which version exists
    already but has not been approved, rejected or deployed.
    """

    reason: str
    since: datetime | None = None
    undecided: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """The next training: when it is due, and why not before."""

    due: datetime
    rule: str

    def refusal(self, now: datetime) -> str | None:
        """Return why it may not start now, None if it may."""
        return None if self.due <= now else f"not before {times.iso(self.due)}: {self.rule}"


def first_counted(situation: Situation | None, horizon: int) -> datetime:
    """Return the start from which on executions are attempts for this situation."""
    if situation is None or situation.since is None:
        return ALWAYS
    return situation.since + judged_minutes(horizon) * times.MINUTE


def failures(executions: Sequence[Execution], first: datetime) -> int:
    """Return how many trainings have failed in a row, newest first.

    Those that started before `first` are not counted, nor those before the newest manual one.
    """
    count = 0
    for execution in executions:
        if not execution.failed or execution.started < first:
            break
        count += 1
        if not execution.automatic:
            break
    return count


def retry(count: int, failed_at: datetime) -> Attempt:
    """Return the next attempt after `count` failures in a row, the newest started at `failed_at`.

    After RETRIES it is tried once a day, until a person has removed the cause.
    """
    if count > RETRIES:
        rule = f"{count} trainings in a row have failed"
        return Attempt(failed_at + LONGEST_COOLDOWN, rule)
    rule = f"retry {count} of {RETRIES} after a failed training"
    return Attempt(failed_at + FIRST_RETRY * 2 ** (count - 1), rule)


def retry_follows(executions: Sequence[Execution]) -> bool:
    """Return whether the newest training is retried even if production needs no better model.

    One that a person requested is not: its failure may be an experiment.
    """
    automatic = bool(executions) and executions[0].automatic
    return automatic and 0 < failures(executions, ALWAYS) <= RETRIES


def after_failure(
    situation: Situation | None, executions: Sequence[Execution], horizon: int
) -> str:
    """Return what follows the newest training, which failed, for the message to a person."""
    count = failures(executions, first_counted(situation, horizon)) or 1
    if count > RETRIES:
        text = f"{count} trainings in a row have failed: no more retries follow"
        return f"{text}, only one attempt a day: {situation.reason}" if situation else text
    if situation is None and not executions[0].automatic:
        return "no retry follows, because a person requested the training"
    attempt = retry(count, executions[0].started)
    return f"{attempt.rule} follows, not before {times.iso(attempt.due)}"


def next_attempt(
    situation: Situation,
    executions: Sequence[Execution],
    registered: Sequence[datetime],
    cooldown: timedelta,
    horizon: int,
) -> Attempt:
    """Return the next attempt unless the newest one failed (`retry`).

    `executions` are newest first; those before `first_counted` do not count. `registered` are the
    creation times of all model versions.
    """
    first = first_counted(situation, horizon)
    attempts = [e for e in executions if e.started >= first and not e.failed]
    if situation.since is None:
        milestone = first
    else:
        since = times.iso(situation.since)
        if not attempts:
            return Attempt(first, f"until then, judged windows are older than {since}")
        milestone = first + MINIMUM_TRAINING_MINUTES * times.MINUTE
        if attempts[0].started < milestone:
            minutes = f"{MINIMUM_TRAINING_MINUTES} minutes since {since}"
            return Attempt(milestone, f"until then, candidates cannot train on {minutes}")
    if not attempts:
        return Attempt(first, "")
    later = [e for e in attempts if e.started >= milestone]
    vain = len(later) - promotions(later, executions, registered)
    doubled = cooldown * 2 ** min(DOUBLINGS, max(0, vain - 1))
    pause = max(cooldown, min(LONGEST_COOLDOWN, doubled))
    rule = f"{pause / timedelta(hours=1):g} hours after the last training, {vain} promoted nothing"
    return Attempt(attempts[0].started + pause, rule)


def promotions(
    attempts: Sequence[Execution], executions: Sequence[Execution], registered: Sequence[datetime]
) -> int:
    """Return how many attempts registered a version: one that was created before the next start.

    All are newest first; trainings do not overlap.
    """
    ends = {a.arn: b.started for b, a in pairwise(executions)}
    return sum(
        any(
            attempt.started <= time and (attempt.arn not in ends or time < ends[attempt.arn])
            for time in registered
        )
        for attempt in attempts
    )
