"""What is measured of a history and its rows, for the rules of data_quality. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from statistics import median_low

from sagemaker_pipelines.steps.minutes import MINUTE, floored

EXACTLY = 1e-9  # the relative difference of a division made elsewhere


@dataclass(frozen=True, slots=True)
class Row:
    """What the row that holds for a minute says."""

    minute: datetime
    event_time: datetime
    average_fee: float | None  # satoshi
    transactions: float | None
    total_fee: float | None  # satoshi


def gap(values: Iterable[float | None]) -> int:
    """Count the minutes of the longest time without a value."""
    runs = groupby(values, lambda value: value is None)
    return max((len(list(run)) for missing, run in runs if missing), default=0)


def constant(values: Iterable[float | None]) -> int:
    """Count the minutes of the longest time with one and the same value, gaps left out."""
    runs = groupby(value for value in values if value is not None)
    return max((len(list(run)) for _, run in runs), default=0)


def ratio_to_median(values: Iterable[float | None]) -> float:
    """Compare the highest value with the median, which counts as a satoshi if it is less."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    return max(known) / max(median_low(known), 1.0) if known else 0.0


def out_of_order(rows: Sequence[Row]) -> int:
    """Count rows off the grid, older than the end of their minute, or not after the one before."""
    early = sum(
        row.minute != floored(row.minute) or row.event_time < row.minute + MINUTE for row in rows
    )
    return early + sum(later.minute <= earlier.minute for earlier, later in pairwise(rows))


def _numbers(row: Row) -> list[float]:
    given = (row.transactions, row.total_fee, row.average_fee)
    return [number for number in given if number is not None]


def not_finite(row: Row) -> bool:
    """Tell whether a number of the row is infinite or none at all."""
    return not all(map(math.isfinite, _numbers(row)))


def negative(row: Row) -> bool:
    """Tell whether a number of the row is below zero."""
    return any(number < 0 for number in _numbers(row))


def inconsistent(row: Row) -> bool:
    """Tell whether an average is not its sum divided by its count, both of them known."""
    if row.average_fee is None:
        return False
    if row.transactions is None or row.total_fee is None or not row.transactions > 0:
        return True
    return not math.isclose(row.average_fee, row.total_fee / row.transactions, rel_tol=EXACTLY)
