"""Streams for the benchmark: a feature per minute, without drift and with one from a time on."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.signal import lfilter

MINUTES_PER_DAY = 1440
START = "2024-01-01"  # a Monday
SLOW_MINUTES = 360


@dataclass(frozen=True)
class Kind:
    """Standard deviations are those of the logarithm of the feature."""

    name: str
    noise: float = 0.25  # of minutes, with the correlation of `phi` between neighbors
    phi: float = 0.95
    amplitude: float = 0.4  # of the daily cycle
    slow: float = 0.03  # wandering over hours
    day: float = 0.03  # between days
    weekend: float = 0.0  # lower by this


KINDS = (
    Kind("calm"),
    Kind("busy", slow=0.05, day=0.06, weekend=0.1),
    Kind("noisy", noise=0.5, phi=0.8),
    Kind("steady", noise=0.1),
)


def stream(kind: Kind, days: int, seed: int) -> pd.Series:
    """Return a feature of minutes: level × daily cycle × noise."""
    rng = np.random.default_rng(seed)
    count = days * MINUTES_PER_DAY
    minute = np.arange(count)
    levels = kind.day * rng.standard_normal(days + 1)
    logarithm = (
        np.log(20_000)
        + kind.amplitude * np.sin(2 * np.pi * minute / MINUTES_PER_DAY)
        + np.interp(minute / MINUTES_PER_DAY, np.arange(days + 1), levels)
        - kind.weekend * ((minute // MINUTES_PER_DAY) % 7 >= 5)
        + kind.noise * _autoregressive(kind.phi, count, rng)
        + kind.slow * _autoregressive(float(np.exp(-1 / SLOW_MINUTES)), count, rng)
    )
    index = pd.date_range(START, periods=count, freq="min", tz="UTC")
    return pd.Series(np.exp(logarithm), index)


def _autoregressive(phi: float, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return a series of variance 1."""
    return np.asarray(lfilter([np.sqrt(1 - phi**2)], [1, -phi], rng.standard_normal(count)))


def _wider(values: pd.Series) -> pd.Series:
    """Return twice the variance of the logarithm around its median over an hour."""
    logarithm = np.log(values)
    middle = logarithm.rolling(241, center=True, min_periods=1).median()
    return pd.Series(np.exp(middle + np.sqrt(2) * (logarithm - middle)), values.index)


def _shifted(values: pd.Series) -> pd.Series:
    return pd.Series(np.roll(values, 6 * 60), values.index)


# What happens to a stream from a time on.
DRIFTS: dict[str, Callable[[pd.Series], pd.Series]] = {
    "level × 1.25": lambda values: values * 1.25,
    "level × 1.5": lambda values: values * 1.5,
    "variance × 2": _wider,
    "feature missing": lambda values: values * np.nan,
    "cycle shifted by 6 h": _shifted,
}
