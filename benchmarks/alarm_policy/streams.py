"""Streams whose forecasts are scored: simulated minutes and the recorded series of 5 minutes."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.forecasting.series import RECORDED, START, whole_recorded
from poller.simulator.fee_model import STEP_SECONDS, FeeModel
from poller.simulator.stream import MEDIAN_SIZE, RATE_SPREAD, SIZE_SPREAD
from sagemaker_pipelines.container.series import Series

TRAINING_DAYS = {"recorded": 14, "simulated": 2}
SCORED_DAYS = 12  # of a simulated stream, after the training
RATE = 6.0  # transactions per second, the simulator's default
DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Stream:
    """Average fees (satoshi) at equal steps; a model is trained on the first ones."""

    name: str
    step_minutes: int
    training: int  # steps
    series: Series

    def window(
        self, origin: int, history: int, horizon: int
    ) -> tuple[Series, NDArray[np.float64]]:
        """Return context and truth of a forecast that starts at the origin."""
        first = origin - history
        start = self.series.start + np.timedelta64(first * self.step_minutes, "m")
        context = Series(start, self.series.target[first:origin])
        return context, self.series.target[origin : origin + horizon].astype(np.float64)


def simulated(seed: int, *, busy: bool) -> Stream:
    """Return one regime of the simulator.

    Its levels are those of the simulator. Sizes and fee rates are drawn from the simulator's
    distributions without building its transactions, which would take minutes.
    """
    first = int(START.timestamp())
    model = FeeModel(str(seed), first, RATE, first if busy else None)
    days = TRAINING_DAYS["simulated"] + SCORED_DAYS
    steps = [model.step() for _ in range(days * DAY_SECONDS // STEP_SECONDS)]
    random = np.random.default_rng(seed)
    spread = float(np.hypot(SIZE_SPREAD, RATE_SPREAD))
    fees = [
        level * MEDIAN_SIZE * np.exp(spread * random.standard_normal(arrivals)).sum()
        for arrivals, level in steps
    ]
    counts = np.array([arrivals for arrivals, _ in steps])
    minutes = (-1, 60 // STEP_SECONDS)
    averages = np.reshape(fees, minutes).sum(axis=1) / counts.reshape(minutes).sum(axis=1)
    start = np.datetime64(START.replace(tzinfo=None), "s")
    training = TRAINING_DAYS["simulated"] * DAY_SECONDS // 60
    name = f"simulator, {'busy' if busy else 'calm'}, seed {seed}"
    return Stream(name, 1, training, Series(start, averages.astype(np.float32)))


def recorded(file: Path = RECORDED) -> Stream | None:
    """Return the recorded series, None where the file is absent."""
    whole = whole_recorded(file)
    if whole is None:
        return None
    training = TRAINING_DAYS["recorded"] * DAY_SECONDS // whole.step_seconds
    return Stream("recorded, 5 minutes", 5, training, Series(whole.start, whole.values))
