"""What a metric is computed from: forecasts of some minutes, and their actual values. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from common.scores import Truth, is_known

Values = Sequence[float]


@dataclass(frozen=True, slots=True)
class Sample:
    """Consecutive values of all windows one after the other, in the unit of the target.

    `naive_error` is the mean absolute error of the last value repeated for one minute, by which
    MASE divides; None if it is not known.
    """

    truth: Truth
    quantiles: Mapping[str, Values]  # by level, such as "0.1"
    mean: Values
    naive_error: float | None = None

    def known(self, forecast: Values) -> list[tuple[float, float]]:
        """Return (actual value, forecast) of the minutes whose actual value is known."""
        pairs = zip(self.truth, forecast, strict=True)
        return [(value, predicted) for value, predicted in pairs if is_known(value)]


def naive_error(context: Truth) -> float | None:
    """Return the mean absolute change between minutes, None if no two in a row are known."""
    changes = [abs(b - a) for a, b in pairwise(context) if is_known(a) and is_known(b)]
    return sum(changes) / len(changes) if changes else None
