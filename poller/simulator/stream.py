"""A simulated stream with statistics like real Bitcoin days; the same seed, the same bytes."""

import time
from collections.abc import Iterator
from hashlib import shake_128
from math import exp
from statistics import NormalDist
from threading import Event

from poller.config import Simulator
from poller.poll import Poll, split_into_polls
from poller.simulator.fee_model import STEP_SECONDS, FeeModel
from poller.transaction import Transaction

HOUR = 3600
MEDIAN_SIZE = 220  # bytes
SIZE_SPREAD, RATE_SPREAD = 0.6, 0.7  # of the logarithms
OVERLAP = 10  # transactions that the next poll repeats, like a list of the newest transactions

# 12 bits of the hash draw the size and 12 the fee rate: log-normal, hence heavy-tailed.
_BUCKETS = 4096
_NORMAL = [NormalDist().inv_cdf((i + 0.5) / _BUCKETS) for i in range(_BUCKETS)]
_SIZES = [round(MEDIAN_SIZE * exp(SIZE_SPREAD * z)) for z in _NORMAL]
_RATES = [exp(RATE_SPREAD * z) for z in _NORMAL]


def polls(simulator: Simulator, poll_seconds: int, stop: Event) -> Iterator[Poll]:
    """Simulate the past without delay and the future in real time."""
    previous: list[Transaction] = []
    for poll in split_into_polls(transactions(simulator), poll_seconds):
        stop.wait(max(0.0, poll.time - time.time()))
        newest = poll.transactions[-OVERLAP:]
        poll.transactions[:0] = previous
        previous = newest
        yield poll


def transactions(simulator: Simulator) -> Iterator[Transaction]:
    """Draw transactions in order of time."""
    start = int(simulator.start.timestamp() if simulator.start else time.time())
    hours, change = simulator.hours, simulator.regime_change_hours
    end = float("inf") if hours is None else start + hours * HOUR
    change_time = None if change is None else start + change * HOUR
    model = FeeModel(simulator.seed, start, simulator.rate, change_time)
    while (step := model.time) < end:
        arrivals, level = model.step()
        # One call draws the hashes of a step; their first 24 bits draw sizes and fee rates.
        digits = shake_128(f"{simulator.seed}:{step}".encode()).hexdigest(32 * arrivals)
        for i in range(arrivals):
            name = digits[64 * i : 64 * i + 64]
            size = _SIZES[int(name[:3], 16)]
            fee = int(level * size * _RATES[int(name[3:6], 16)]) + 1
            at = step + i * STEP_SECONDS // arrivals
            text = f'{{"hash":"{name}","time":{at},"fee":{fee},"size":{size}}}'
            yield Transaction(name, at, fee, text)
