"""Arrivals and the fee level of the simulator.

The level (satoshi per byte) is the product of a base, a daily cycle, waves, mean-reverting
fluctuations, and the pressure of transactions that wait for a block; blocks come at random, every
600 s on average. The simulator draws single fees around the level.
"""

from dataclasses import dataclass
from math import exp, pi, sin, sqrt
from random import Random

STEP_SECONDS = 10
BLOCK_SECONDS = 600
BLOCK_CAPACITY = 1.5  # relative to the transactions that arrive between two blocks
MAX_PRESSURE = 5  # blocks of waiting transactions

DAILY_RATE, DAILY_LEVEL = 0.25, 0.15  # amplitudes of the daily cycle
DAILY_PHASE = 0.35  # share of a UTC day before the cycle starts


@dataclass(frozen=True, slots=True)
class Regime:
    """Parameters of the fee level; amplitudes and spreads are of its logarithm."""

    base: float  # satoshi per byte
    wave: float  # amplitude of the waves
    wave_minutes: float
    sharpness: float  # 0: a sine; above: short high crests, long low troughs
    spread: float  # of the fluctuations
    memory_minutes: float  # time in which fluctuations revert to the mean
    pressure: float  # per block of waiting transactions


# Waves are like batch payouts: first hourly, then more frequent and higher. A model trained on the
# first regime is wrong in the second; a few hours of the second are enough to train another.
CALM = Regime(
    8, wave=0.25, wave_minutes=60, sharpness=0.2, spread=0.1, memory_minutes=15, pressure=0.03
)
BUSY = Regime(
    32, wave=0.45, wave_minutes=40, sharpness=0.6, spread=0.1, memory_minutes=8, pressure=0.05
)


class FeeModel:
    """The state of the simulated market; `step` advances it."""

    def __init__(self, seed: str, start: int, rate: float, regime_change: float | None) -> None:
        self.time = start
        self._regime_change = float("inf") if regime_change is None else regime_change
        self._mean = rate * STEP_SECONDS
        self._block_mean = rate * BLOCK_SECONDS
        self._random = Random(seed)  # noqa: S311 - a simulation
        self._waiting = self._block_mean
        self._block = start + self._random.expovariate(1 / BLOCK_SECONDS)
        self._fluctuation = 0.0

    def step(self) -> tuple[int, float]:
        """Advance by STEP_SECONDS; return the number of arrivals and their fee level."""
        regime = CALM if self.time < self._regime_change else BUSY
        day = sin(2 * pi * (self.time / 86_400 - DAILY_PHASE))
        arrivals = self._arrivals(self._mean * (1 + DAILY_RATE * day))
        self._waiting += arrivals
        level = regime.base * exp(
            DAILY_LEVEL * day
            + regime.wave * _wave(self.time / 60 / regime.wave_minutes, regime.sharpness)
            + self._fluctuate(regime)
            + regime.pressure * min(self._waiting / self._block_mean, MAX_PRESSURE)
        )
        self.time += STEP_SECONDS
        while self._block < self.time:
            self._waiting = max(0.0, self._waiting - BLOCK_CAPACITY * self._block_mean)
            self._block += self._random.expovariate(1 / BLOCK_SECONDS)
        return arrivals, level

    def _arrivals(self, mean: float) -> int:
        return max(0, round(self._random.gauss(mean, sqrt(mean))))

    def _fluctuate(self, regime: Regime) -> float:
        share = STEP_SECONDS / 60 / regime.memory_minutes
        shock = self._random.gauss(0, regime.spread * sqrt(2 * share))
        self._fluctuation += shock - share * self._fluctuation
        return self._fluctuation


def _wave(cycles: float, sharpness: float) -> float:
    """Return a sine with crests that are sharper by `sharpness`; about 0 on average."""
    swing = sin(2 * pi * cycles)
    return swing + sharpness * (swing * swing - 0.5)
