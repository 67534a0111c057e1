"""Backtest windows: rolling origins in the held-out end of the history."""

from dataclasses import dataclass

import pandas as pd

MIN_WINDOWS = 8
# Minutes between windows; closer windows add little information.
MAX_STEP, MIN_STEP = 30, 5
MAX_HELD_OUT_SHARE = 0.4  # of the history


class TooShortError(ValueError):
    """The history is too short for the minimum number of windows."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Positions in the history; the forecast of a window starts at its origin."""

    origins: list[int]
    training_end: int


def plan(length: int, horizon: int, window_count: int) -> Plan:
    """Place the windows, 30 minutes apart if that leaves 60 % of the history for training.

    A shorter history first reduces the distance, then the number of windows, but not below eight.
    Raises TooShortError.
    """
    available = int(MAX_HELD_OUT_SHARE * length) - horizon  # between the first and the last origin
    count = max(window_count, MIN_WINDOWS)
    while count > MIN_WINDOWS and available // (count - 1) < MIN_STEP:
        count -= 1
    step = min(MAX_STEP, available // (count - 1))
    if step < 1:
        raise TooShortError(
            f"{length} minutes of history are too few for {MIN_WINDOWS} backtest windows "
            f"of {horizon} minutes"
        )
    last = length - horizon
    origins = [last - step * back for back in reversed(range(count))]
    return Plan(origins, origins[0])


def usable(history: pd.Series, origin: int, horizon: int, request_minutes: int) -> bool:
    """Return whether half of a window's truth and of its request are known, as in monitoring."""
    truth = history.iloc[origin : origin + horizon]
    request = history.iloc[max(0, origin - request_minutes) : origin]
    return bool(2 * truth.count() >= horizon and 2 * request.count() >= len(request))
