"""How arrivals and the fee level move in the simulator.

The level (satoshi per byte) is the product of a base, a daily cycle, waves, mean-reverting
fluctuations and the pressure of what waits for a block; blocks come at random, every 600 s on
average. The simulator draws single fees around the level.
"""

from dataclasses import dataclass
from math import exp, pi, sin, sqrt
from random import Random

STEP_SECONDS = 10
BLOCK_SECONDS = 600
BLOCK_ROOM = 1.5  # times the transactions that arrive between two blocks
MOST_PRESSURE = 5  # blocks' worth of waiting transactions

DAILY_RATE, DAILY_LEVEL, NIGHT = (
    0.25,
    0.15,
    0.35,
)  # heights, and the part of a UTC day that passes first


@dataclass(frozen=True, slots=True)
class Regime:
    """How the fee level behaves. Heights and spreads are in logarithms."""

    base: float  # satoshi per byte
    wave: float  # height of the waves
    wave_minutes: float
    sharpness: float  # 0: a sine; more: short high crests, long low troughs
    spread: float  # of the fluctuations
    memory_minutes: float  # how soon fluctuations revert to the mean
    pressure: float  # per block's worth of waiting transactions


# Waves stand for batch payouts: first hourly, then more often and higher. A forecaster that has
# learnt the first is wrong about the second, and some hours of the second are enough to learn it.
CALM = Regime(
    8, wave=0.25, wave_minutes=60, sharpness=0.2, spread=0.1, memory_minutes=15, pressure=0.03
)
BUSY = Regime(
    32, wave=0.45, wave_minutes=40, sharpness=0.6, spread=0.1, memory_minutes=8, pressure=0.05
)


class Market:
    """The state of the simulated market, moved on by `step`."""

    def __init__(self, seed: str, start: int, rate: float, change: float | None) -> None:
        self.time = start
        self._change = float("inf") if change is None else change
        self._mean = rate * STEP_SECONDS
        self._block_mean = rate * BLOCK_SECONDS
        self._random = Random(seed)  # noqa: S311 - a simulation
        self._waiting = self._block_mean
        self._block = start + self._random.expovariate(1 / BLOCK_SECONDS)
        self._fluctuation = 0.0

    def step(self) -> tuple[int, float]:
        """Move on by STEP_SECONDS; give how many transactions arrive, and their fee level."""
        regime = CALM if self.time < self._change else BUSY
        day = sin(2 * pi * (self.time / 86_400 - NIGHT))
        arrivals = self._arrivals(self._mean * (1 + DAILY_RATE * day))
        self._waiting += arrivals
        level = regime.base * exp(
            DAILY_LEVEL * day
            + regime.wave * _wave(self.time / 60 / regime.wave_minutes, regime.sharpness)
            + self._fluctuate(regime)
            + regime.pressure * min(self._waiting / self._block_mean, MOST_PRESSURE)
        )
        self.time += STEP_SECONDS
        while self._block < self.time:
            self._waiting = max(0.0, self._waiting - BLOCK_ROOM * self._block_mean)
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
    """A sine whose crests are `sharpness` sharper; about 0 on average."""
    swing = sin(2 * pi * cycles)
    return swing + sharpness * (swing * swing - 0.5)
