"""Which part of the history a search for hyperparameters trains on and is judged by. Pure.

The search is not judged on the windows of the tournament: the best of many models on the same
windows would look better than it is.
"""

from dataclasses import dataclass

import pandas as pd

from common.tournament import MINIMUM_TRAINING_MINUTES

WINDOWS = 6  # at most, one after the other, at the end of the training data


@dataclass(frozen=True, slots=True)
class Split:
    """The end of the training data, and (start, end) of each judged series, as positions."""

    end: int
    windows: list[tuple[int, int]]


def split(history: pd.Series, *, horizon: int, minutes: int) -> Split:
    """Split the history before the tournament's first window.

    A judged series is a window of `horizon` minutes and up to `minutes` before it. The windows are
    after the training data, unless these would have less than MINIMUM_TRAINING_MINUTES known
    values: then both are the whole history, and the search prefers models that fit it closely.
    """
    length = len(history)
    known = history.notna().to_numpy().cumsum()
    ends = [length - n * horizon for n in range(WINDOWS)]
    firsts = [end - horizon for end in ends if end - horizon > 0]
    enough = [n for n in firsts if known[n - 1] >= MINIMUM_TRAINING_MINUTES]
    chosen = sorted(enough or firsts)
    judged = [(max(0, n - minutes), n + horizon) for n in chosen]
    return Split(chosen[0] if enough else length, judged)
