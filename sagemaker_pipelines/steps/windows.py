"""The backtest's windows: rolling origins over the part of history that training never sees."""

from collections.abc import Sequence
from dataclasses import dataclass

FEWEST_WINDOWS = 8
LONGEST_STEP, SHORTEST_STEP = (
    30,
    5,
)  # minutes between windows; below the shortest, fewer windows say as much
LARGEST_HELD_OUT = 0.4


class TooShortError(ValueError):
    """The history does not hold enough windows."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Positions in the history; a window forecasts from its origin on."""

    origins: list[int]
    training_end: int


def plan(length: int, horizon: int, wanted: int) -> Plan:
    """Spread the windows, 30 minutes apart if that leaves 60 % of the history for training.

    A shorter history gets windows closer together, then fewer windows, but not fewer than eight.
    """
    room = int(LARGEST_HELD_OUT * length) - horizon  # between the first and the last origin
    count = max(wanted, FEWEST_WINDOWS)
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


def usable(
    values: Sequence[float | None], origin: int, horizon: int, request_minutes: int
) -> bool:
    """Tell whether half of a window's truth and of its request are known, as in monitoring."""
    truth = values[origin : origin + horizon]
    request = values[max(0, origin - request_minutes) : origin]
    return 2 * _known(truth) >= horizon and 2 * _known(request) >= len(request)


def _known(values: Sequence[float | None]) -> int:
    return sum(value is not None for value in values)
