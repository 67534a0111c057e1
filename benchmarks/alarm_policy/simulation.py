"""Readings drawn from measured scores, judged by the functions that the loop uses. Pure.

Block bootstrap: each sample is put together from blocks of consecutive windows, which preserves
the dependence of neighbors.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import log

import numpy as np
from numpy.typing import NDArray

from benchmarks.alarm_policy.window_scores import HORIZON, OVERLAP
from common import threshold, times
from common.alarm_policy import AlarmPolicy
from common.breach import Reading, judge
from common.threshold import Threshold, Window

BLOCK = 6  # disjoint windows
MONTH = 720  # readings
FOUND_WITHIN = 24  # readings
NORMAL, DEGRADED = 24, 72  # readings before and after a degradation
LOSSES = (1.25, 1.5, 2.0)  # factors of the loss after a degradation
START = datetime(2024, 10, 10, tzinfo=UTC)
HOURS = [times.iso(START + timedelta(hours=hour)) for hour in range(MONTH)]

Scores = NDArray[np.float64]
History = Callable[[Scores, np.random.Generator], list[Window]]


@dataclass(frozen=True, slots=True)
class Result:
    """Outcome of all repetitions with one stream and history."""

    false_alarms: float  # per MONTH
    first_above: float  # share of versions whose first reading is above the threshold
    found: dict[float, float]  # share of degradations found within FOUND_WITHIN readings
    delay: dict[float, float]  # median number of readings until they are found


def disjoint(count: int) -> History:
    """Return a history of windows one after the other."""

    def draw(scores: Scores, random: np.random.Generator) -> list[Window]:
        return _windows(_sample(scores, count, random).tolist(), HORIZON)

    return draw


def fresh(count: int) -> History:
    """Return the history of a new version: overlapping windows of its backtest."""

    def draw(scores: Scores, random: np.random.Generator) -> list[Window]:
        first = int(random.integers(len(scores) - count))
        return _windows(scores[first : first + count].tolist(), HORIZON // OVERLAP)

    return draw


def simulate(scores: Scores, history: History, policy: AlarmPolicy, repetitions: int) -> Result:
    """Estimate the error rates of a policy; thresholds come from the drawn histories alone."""
    random = np.random.default_rng(0)
    alarms, above = [], []
    delays: dict[float, list[float]] = {factor: [] for factor in LOSSES}
    for _ in range(repetitions):
        limit = threshold.follow(history(scores, random), HORIZON, policy)
        steady = _readings(scores, MONTH, policy, random)
        states = run(steady, limit, policy)
        alarms.append(_begins(states))
        above.append(states[0].above)
        for factor in LOSSES:
            drawn = _readings(scores, NORMAL + DEGRADED, policy, random)
            drawn[NORMAL:] += log(factor)
            delay = _delay(run(drawn, limit, policy))
            if delay is not None:
                delays[factor].append(delay)
    return Result(
        float(np.mean(alarms)),
        float(np.mean(above)),
        {factor: float(np.mean(np.array(d) <= FOUND_WITHIN)) for factor, d in delays.items()},
        {factor: float(np.median(d)) for factor, d in delays.items()},
    )


def run(scores: Scores, limit: Threshold, policy: AlarmPolicy) -> list[Reading]:
    """Judge readings one after the other; `scores` has the shape (readings, windows)."""
    needed = max(policy.evaluation_periods, policy.release_periods)
    readings: list[Reading] = []
    for hour, reading in zip(HOURS, scores.tolist(), strict=False):
        readings.append(judge(readings[-needed:], hour, reading, limit, policy))
    return readings


def _readings(
    scores: Scores, count: int, policy: AlarmPolicy, random: np.random.Generator
) -> Scores:
    windows = policy.windows_per_reading
    return _sample(scores, count * windows, random).reshape(count, windows)


def _sample(scores: Scores, count: int, random: np.random.Generator) -> Scores:
    """Draw blocks of disjoint windows, wrapping around at the end."""
    starts = random.integers(len(scores), size=-(-count // BLOCK))
    indices = (starts[:, None] + OVERLAP * np.arange(BLOCK)) % len(scores)
    return np.take(scores, indices.ravel()[:count])


def _windows(scores: list[float], minutes: int) -> list[Window]:
    step = timedelta(minutes=minutes)
    return [Window(START + number * step, score) for number, score in enumerate(scores)]


def _begins(readings: list[Reading]) -> int:
    states = [False, *(reading.breach for reading in readings)]
    return sum(after > before for before, after in pairwise(states))


def _delay(readings: list[Reading]) -> float | None:
    """Return the readings until the degradation is found, None if a breach began before it."""
    states = [reading.breach for reading in readings]
    if any(states[:NORMAL]):
        return None
    return states.index(True) - NORMAL + 1 if any(states) else float("inf")
