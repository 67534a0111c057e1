"""False alarms without drift, and how long a drift takes to be found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.drift.comparisons import Drifted

WINDOW = pd.Timedelta(hours=24)
EVERY = pd.Timedelta(hours=6)
LATEST = pd.Timedelta(hours=48)  # after the beginning of a drift


@dataclass(frozen=True)
class Setup:
    """A comparison with its baseline, and the stream after it."""

    drifted: Drifted
    stream: pd.Series  # begins a window before the first comparison


def false_alarms(setup: Setup) -> int:
    """Return how often the alarm goes off in a stream without drift."""
    states = [setup.drifted(window) for _, window in _windows(setup.stream)]
    return sum(now and not before for before, now in zip([False, *states], states, strict=False))


def delay(setup: Setup, begin: pd.Timestamp, change: Callable[[pd.Series], pd.Series]) -> float:
    """Return the hours from the beginning of a drift until it is found; infinite if it is not."""
    part = setup.stream[begin - WINDOW : begin + LATEST]
    changed = part.where(part.index < begin, change(part))
    for end, window in _windows(changed):
        if end > begin and setup.drifted(window):
            return float((end - begin) / pd.Timedelta(hours=1))
    return float(np.inf)


def _windows(stream: pd.Series) -> Iterator[tuple[pd.Timestamp, pd.Series]]:
    first = (stream.index[0] + WINDOW).ceil(EVERY)
    for end in pd.date_range(first, stream.index[-1], freq=EVERY):
        yield end, stream[end - WINDOW : end - pd.Timedelta(minutes=1)]
