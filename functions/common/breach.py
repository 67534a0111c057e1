"""Whether an endpoint is in breach of its threshold: M of N readings, with release. Pure.

The relative loss of a reading is a moving average over the readings of the version that is
served; it starts at the version's typical relative loss. A breach begins when it is above the
threshold in M of the last N readings. It ends when it is at or below a lower level several times
in a row, so that a loss around the threshold does not switch it on and off. A missing reading (no
window could be scored) neither begins nor ends a breach.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log
from statistics import fmean

from common.alarm_policy import AlarmPolicy
from common.threshold import Threshold


@dataclass(frozen=True, slots=True)
class Reading:
    """The measurement of one hour, and the state of the endpoint after it."""

    time: str  # ISO, of the hour
    relative_loss: float | None = None  # None: missing
    threshold: float | None = None  # for this reading; None: the version has none
    breach: bool = False
    since: str | None = None  # time of the first of the M readings that began the breach

    @property
    def above(self) -> bool:
        """Whether the relative loss is above the threshold."""
        return self._exceeds(1.0)

    def released(self, ratio: float) -> bool:
        """Return whether the relative loss is at most this share of the threshold."""
        return not self._exceeds(ratio)

    def _exceeds(self, ratio: float) -> bool:
        return (
            self.relative_loss is not None
            and self.threshold is not None
            and self.relative_loss > ratio * self.threshold
        )


def judge(
    earlier: Iterable[Reading],
    time: str,
    scores: Sequence[float],
    threshold: Threshold | None,
    policy: AlarmPolicy,
) -> Reading:
    """Return the reading of an hour from the scores of its windows (common.threshold.score).

    `earlier` are judged readings of the same version in any order; repeated ones and those of this
    hour or later are ignored. The newest ones suffice, as many as include
    max(evaluation_periods, release_periods) that are not missing.
    """
    known = sorted({r.time: r for r in earlier if r.time < time}.values(), key=lambda r: r.time)
    last = known[-1] if known else Reading(time)
    if not scores or threshold is None:
        return Reading(time, breach=last.breach, since=last.since)
    measured = [reading for reading in known if reading.relative_loss is not None]
    average = _average(measured, scores, threshold, policy)
    current = Reading(time, average, threshold.value, last.breach, last.since)
    # Readings before the state changed had their effect and are not counted again.
    changes = [reading.time for reading in known if reading.breach != last.breach]
    counted = [*(r for r in measured if not changes or r.time > changes[-1]), current]
    if last.breach:
        newest = counted[-policy.release_periods :]
        released = [reading for reading in newest if reading.released(policy.release_ratio)]
        ended = len(released) == policy.release_periods
        return Reading(time, average, threshold.value) if ended else current
    above = [reading for reading in counted[-policy.evaluation_periods :] if reading.above]
    if len(above) < policy.datapoints_to_alarm:
        return current
    return Reading(time, average, threshold.value, breach=True, since=above[0].time)


def _average(
    measured: Sequence[Reading],
    scores: Sequence[float],
    threshold: Threshold,
    policy: AlarmPolicy,
) -> float:
    """Return the moving average after a reading, as a relative loss."""
    losses = [reading.relative_loss for reading in measured if reading.relative_loss is not None]
    previous = log(losses[-1] if losses else threshold.typical)
    return exp(previous + policy.newest_weight(len(scores)) * (fmean(scores) - previous))
