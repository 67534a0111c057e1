"""Where the contenders of a tournament are judged: rolling origins at the end of the history.

All contenders are judged on the same newest windows, which overlap: an origin every five minutes
uses the newest data, and the bootstrap resamples blocks of them.
"""

from dataclasses import dataclass

import pandas as pd

from common.tournament import COUNT, MINIMUM_TRAINING_MINUTES, STEP_MINUTES
from sagemaker_pipelines.paths import JobError


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a window must have: minutes of truth, and minutes before them that a request sends."""

    horizon: int
    request_minutes: int


def overlap(horizon: int) -> int:
    """Return how many consecutive windows share minutes."""
    return -(-horizon // STEP_MINUTES)


def origins(history: pd.Series, requirement: Requirement, count: int = COUNT) -> list[int]:
    """Return the positions where the newest `count` usable windows begin, oldest first.

    The first minute of each window is a multiple of five minutes. Windows with too little data are
    passed over for older ones. Raises JobError if the history ends before enough are found, or if
    less than MINIMUM_TRAINING_MINUTES of known values remain before the first.
    """
    found: list[int] = []
    last = len(history) - requirement.horizon
    newest = last - history.index[last].minute % STEP_MINUTES if last >= 0 else -1
    for origin in range(newest, MINIMUM_TRAINING_MINUTES - 1, -STEP_MINUTES):
        if usable(history, origin, requirement):
            found.insert(0, origin)
        if len(found) == count:
            break
    known = int(history.iloc[: found[0]].count()) if found else 0
    if len(found) < count or known < MINIMUM_TRAINING_MINUTES:
        raise JobError(
            f"history: got {len(history)} minutes with {len(found)} usable windows and {known} "
            f"known minutes before them, expected {count} windows after at least "
            f"{MINIMUM_TRAINING_MINUTES} known minutes."
        )
    return found


def usable(history: pd.Series, origin: int, requirement: Requirement) -> bool:
    """Return whether half of a window's truth and of its request are known, as in monitoring."""
    truth = history.iloc[origin : origin + requirement.horizon]
    request = history.iloc[max(0, origin - requirement.request_minutes) : origin]
    return bool(
        2 * truth.count() >= requirement.horizon
        and 2 * request.count() >= len(request)
        and truth.sum() > 0
    )
