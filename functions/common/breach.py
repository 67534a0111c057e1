"""Whether an endpoint is in breach of its threshold: M of N readings, with release. Pure.

A breach begins when M of the last N readings are above their threshold. It ends when several
readings in a row are at or below a lower level, so that a loss around the threshold does not
switch it on and off. A missing reading (nothing could be scored) neither begins nor ends it.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BreachPolicy:
    """When a breach begins and ends."""

    datapoints_to_alarm: int = 2  # M
    evaluation_periods: int = 3  # N, the last readings that are not missing
    release_periods: int = 3  # readings in a row that end a breach
    release_ratio: float = 0.9  # they are at most this share of their threshold


@dataclass(frozen=True, slots=True)
class Reading:
    """One hour of one model version, and the state of the endpoint after it."""

    time: str  # ISO, of the hour
    relative_loss: float | None  # None: missing
    threshold: float | None  # for this reading, in the same unit; None: the version has none
    breach: bool = False
    since: str | None = None  # time of the first of the M readings that began the breach

    @property
    def missing(self) -> bool:
        """Whether the reading says nothing about the version."""
        return self.relative_loss is None or self.threshold is None

    @property
    def above(self) -> bool:
        """Whether the relative loss is above the threshold."""
        return (
            self.relative_loss is not None
            and self.threshold is not None
            and self.relative_loss > self.threshold
        )

    def released(self, ratio: float) -> bool:
        """Return whether the relative loss is at most this share of the threshold."""
        return (
            self.relative_loss is not None
            and self.threshold is not None
            and self.relative_loss <= ratio * self.threshold
        )


def judge(
    earlier: Iterable[Reading],
    time: str,
    relative_loss: float | None,
    threshold: float | None,
    policy: BreachPolicy,
) -> Reading:
    """Return the reading of an hour with the state that follows from the earlier readings.

    `earlier` are judged readings of the same version in any order; repeated ones and those of this
    hour or later are ignored. It suffices to pass the newest ones that include
    max(evaluation_periods, release_periods) which are not missing.
    """
    known = sorted({r.time: r for r in earlier if r.time < time}.values(), key=lambda r: r.time)
    last = known[-1] if known else Reading("", None, None)
    current = Reading(time, relative_loss, threshold, last.breach, last.since)
    if current.missing:
        return current
    # Readings before the state changed had their effect and are not counted again.
    same = [r for r in known if r.breach == last.breach and not r.missing]
    changed = [r.time for r in known if r.breach != last.breach]
    readings = [r for r in same if not changed or r.time > changed[-1]] + [current]
    if last.breach:
        newest = readings[-policy.release_periods :]
        released = [r for r in newest if r.released(policy.release_ratio)]
        if len(released) == policy.release_periods:
            return Reading(time, relative_loss, threshold)
        return current
    above = [r for r in readings[-policy.evaluation_periods :] if r.above]
    if len(above) >= policy.datapoints_to_alarm:
        return Reading(time, relative_loss, threshold, breach=True, since=above[0].time)
    return current
