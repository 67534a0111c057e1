"""Backtest windows: rolling origins over the end of the history, which is not trained on."""

from dataclasses import dataclass

import pandas as pd

FEWEST_WINDOWS = 8
# Minutes between windows. Windows closer than the shortest step add little information.
LONGEST_STEP, SHORTEST_STEP = 30, 5
LARGEST_HELD_OUT = 0.4  # share of the history


class TooShortError(ValueError):
    """The history is too short for the minimum number of windows."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Positions in the history; the forecast of a window starts at its origin."""

    origins: list[int]
    training_end: int


def plan(length: int, horizon: int, window_count: int) -> Plan:
    """Place the windows, 30 minutes apart if that leaves 60 % of the history for training.

    In a shorter history they are closer together, then fewer, but at least eight. Raises
    TooShortError.
    """
    room = int(LARGEST_HELD_OUT * length) - horizon  # between the first and the last origin
    count = max(window_count, FEWEST_WINDOWS)
    while count > FEWEST_WINDOWS and room // (count - 1) < SHORTEST_STEP:
        count -= 1
    step = min(LONGEST_STEP, room // (count - 1))
    if step < 1:
        raise TooShortError(
            f"{length} minutes of history are too few for {FEWEST_WINDOWS} backtest windows "
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
