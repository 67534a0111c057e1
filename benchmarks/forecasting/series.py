"""Series of the benchmark: simulated minutes and, where present, recorded steps of 5 minutes."""

import csv
import gzip
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import ROOT
from poller.config import Simulator
from poller.simulator.stream import HOUR, transactions
from sagemaker_pipelines.container.series import Series

MINUTE = 60
START = datetime(2024, 10, 10, tzinfo=UTC)
RECORDED = ROOT.parent / "shared" / "data" / "mempool-fee-5min-2025-03-05--2025-05-12.csv.gz"
COLUMN = "next_block_avg_fee_sat"
DAY_STEPS = 288  # of 5 minutes
# Training spans of as many values as 48 hours of minutes, and tests after them; the spans are
# disjoint, and so are the tests.
SPANS, SPAN_DAYS = 5, 13
TRAINING, TEST = 2880, 1440  # steps


@dataclass(frozen=True, slots=True)
class Sequence:
    """A series with a name; `seed` is that of the simulator, or the number of the span."""

    name: str
    seed: int
    step_seconds: int
    start: np.datetime64
    values: NDArray[np.float32]

    def part(self, first: int, end: int) -> Series:
        """Return the steps from first to before end as a series."""
        begin = self.start + np.timedelta64(first * self.step_seconds, "s")
        return Series(begin, self.values[first:end])


def simulated(name: str, seed: int, hours: int, change_hours: float | None) -> Sequence:
    """Return the average fee of every simulated minute; NaN for one without transactions."""
    simulator = Simulator(
        seed=str(seed), start=START, hours=hours, regime_change_hours=change_hours
    )
    begin = int(START.timestamp())
    fees, counts = np.zeros((2, hours * HOUR // MINUTE))
    for transaction in transactions(simulator):
        minute = (transaction.time - begin) // MINUTE
        fees[minute] += transaction.fee
        counts[minute] += 1
    averages = np.divide(fees, counts, out=np.full(len(fees), np.nan), where=counts > 0)
    start = np.datetime64(START.replace(tzinfo=None), "s")
    return Sequence(name, seed, MINUTE, start, averages.astype(np.float32))


def whole_recorded(file: Path = RECORDED) -> Sequence | None:
    """Return the whole recorded series, None if the file is absent."""
    if not file.is_file():
        return None
    with gzip.open(file, "rt") as lines:
        rows = list(csv.DictReader(lines))
    values = np.array([float(row[COLUMN] or "nan") for row in rows], np.float32)
    start = np.datetime64(datetime.fromisoformat(rows[0]["ts"]), "s")
    return Sequence("recorded", 0, 5 * MINUTE, start, values)


def recorded(file: Path = RECORDED) -> list[Sequence]:
    """Return the spans of the recorded series; none if the file is absent."""
    whole = whole_recorded(file)
    if whole is None:
        return []
    starts = [span * SPAN_DAYS * DAY_STEPS for span in range(SPANS)]
    parts = [whole.part(first, first + TRAINING + TEST) for first in starts]
    return [
        Sequence(whole.name, n, whole.step_seconds, p.start, p.target) for n, p in enumerate(parts)
    ]
