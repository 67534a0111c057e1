"""The windows of the version in a stage: from its backtest, then from its readings. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log
from statistics import fmean

from common import times
from common.alarm_policy import AlarmPolicy
from common.model_packages import version
from common.threshold import ThresholdPolicy, Window, follow
from common.threshold_parameter import MinuteScore, ThresholdParameter
from threshold_updater.documents import Evaluation, Reading, ScoredWindow

MAXIMUM_WINDOWS = 96
EPOCH = times.parse("1970-01-01")
DIGITS = 4  # of a stored score; 96 windows must fit into 4 KB


@dataclass(frozen=True, slots=True)
class Rules:
    """How the threshold of a stage follows from windows of `horizon` minutes."""

    alarm: AlarmPolicy
    threshold: ThresholdPolicy
    horizon: int


def deployed(
    current: ThresholdParameter,
    package_arn: str,
    deployed_at: str,
    evaluation: Evaluation,
    rules: Rules,
) -> ThresholdParameter:
    """Return the parameter after the deployment of a version; its windows are the backtest's.

    Repeated and older deployments change nothing; a version that is deployed again keeps its
    windows.
    """
    if deployed_at <= (current.deployed_at or ""):
        return current
    if package_arn == current.set_by:
        return current.model_copy(update={"deployed_at": deployed_at})
    references = [log(w.reference_wql) for w in evaluation.windows if w.reference_wql > 0]
    version = ThresholdParameter(
        set_by=package_arn,
        replaced=_replaced_by(package_arn, current.set_by),
        deployed_at=deployed_at,
        end_time=evaluation.trained_at,
        previous=current.value if current.typical is not None else None,
        reference_wql=exp(fmean(references)) if references else None,
        windows=_scores(evaluation.windows)[-MAXIMUM_WINDOWS:],
    )
    return _judged(version, rules)


def measured(current: ThresholdParameter, reading: Reading, rules: Rules) -> ThresholdParameter:
    """Return the parameter after a reading of the version, the same if it changes nothing.

    A reading counts after the next N - 1 readings: were it the first of the M that begin a breach,
    that is known by then. Readings of a breach, and those that wait when it begins, never count,
    so a degraded version does not raise its own threshold. Those of another version, or not newer
    than the last one, or older than the deployment, are ignored.
    """
    if reading.package_arn != current.set_by or reading.time <= (current.updated_at or ""):
        return current
    if reading.time < (current.deployed_at or ""):  # the version served before, then another one
        return current
    pending, windows = list(current.pending), list(current.windows)
    if scores := _scores(reading.windows):
        pending.append(scores)
    if reading.breach:
        pending.clear()
    while len(pending) > rules.alarm.evaluation_periods - 1:
        for window in pending.pop(0):
            windows = _replaced(windows, window, current.known_until)
    update = {"pending": tuple(pending), "windows": tuple(windows), "updated_at": reading.time}
    return _judged(current.model_copy(update=update), rules)


def _replaced_by(package_arn: str, before: str | None) -> str | None:
    """Return the version that a newer one replaces; an older one returns after a rollback."""
    if before is None or version(package_arn) < version(before):
        return None
    return before


def _replaced(
    windows: list[MinuteScore], new: MinuteScore, known_until: datetime | None
) -> list[MinuteScore]:
    """Add a window in place of the oldest of the backtest, or of the oldest of too many."""
    inherited = known_until is not None and windows[0][0] < _minutes(known_until)
    full = len(windows) >= MAXIMUM_WINDOWS
    return [*(windows[1:] if inherited or full else windows), new]


def _judged(parameter: ThresholdParameter, rules: Rules) -> ThresholdParameter:
    """Return the parameter with the threshold that follows from its windows."""
    windows = [Window(EPOCH + m * times.MINUTE, score) for m, score in parameter.windows]
    followed = follow(windows, rules.horizon, rules.alarm, parameter.ceiling)
    limit = rules.threshold.apply(followed, parameter.previous)
    update = {
        "value": limit.value,
        "typical": limit.typical,
        "ceiling": limit.ceiling,
        "policy": rules.threshold.policy,
    }
    return parameter.model_copy(update=update)


def _minutes(time: datetime) -> int:
    return (time - EPOCH) // timedelta(minutes=1)


def _scores(windows: Iterable[ScoredWindow]) -> tuple[MinuteScore, ...]:
    """Return the windows that have a score, oldest first."""
    return tuple(
        sorted(
            (_minutes(w.first_minute), round(w.score, DIGITS))
            for w in windows
            if w.score is not None
        )
    )
