"""A simulated stream with the statistics of real Bitcoin days; the same seed gives the same bytes.

`python -m poller.sources.simulator --start 2024-10-10T00:00:00Z --hours 48 > stream.jsonl` writes
it to a file.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from hashlib import shake_128
from math import exp
from statistics import NormalDist
from threading import Event

from poller.polls import Poll, cut
from poller.settings import Settings
from poller.sources.market import STEP_SECONDS, Market
from poller.transaction import Transaction

HOUR = 3600
MEDIAN_SIZE = 220  # bytes
SIZE_SPREAD, RATE_SPREAD = 0.6, 0.7  # of the logarithms
REPEATED = 10  # transactions that a poll shows once more, as the real list of the newest does

# 12 bits of the hash draw the size and 12 the fee rate: log-normal, hence heavy-tailed.
_BUCKETS = 4096
_NORMAL = [NormalDist().inv_cdf((i + 0.5) / _BUCKETS) for i in range(_BUCKETS)]
_SIZES = [round(MEDIAN_SIZE * exp(SIZE_SPREAD * z)) for z in _NORMAL]
_RATES = [exp(RATE_SPREAD * z) for z in _NORMAL]


def polls(settings: Settings, stop: Event) -> Iterator[Poll]:
    """Simulate what has passed as fast as polls are taken, and what has not as time goes by."""
    start = int(time.time()) if settings.simulator_start is None else settings.simulator_start
    before: list[Transaction] = []
    for poll in cut(transactions(settings, start), settings.poll_seconds):
        stop.wait(max(0.0, poll.time - time.time()))
        newest = poll.transactions[-REPEATED:]
        poll.transactions[:0] = before
        before = newest
        yield poll


def transactions(settings: Settings, start: int) -> Iterator[Transaction]:
    """Draw transactions from `start` (epoch seconds) on, in the order of time."""
    hours, change = settings.simulator_hours, settings.simulator_regime_change_hours
    end = float("inf") if hours is None else start + hours * HOUR
    turn = None if change is None else start + change * HOUR
    market = Market(settings.simulator_seed, start, settings.simulator_rate, turn)
    while (begun := market.time) < end:
        arrivals, level = market.step()
        # One call draws the hashes of a step; their first 24 bits draw sizes and fee rates.
        digits = shake_128(f"{settings.simulator_seed}:{begun}".encode()).hexdigest(32 * arrivals)
        for i in range(arrivals):
            name = digits[64 * i : 64 * i + 64]
            size = _SIZES[int(name[:3], 16)]
            fee = int(level * size * _RATES[int(name[3:6], 16)]) + 1
            at = begun + i * STEP_SECONDS // arrivals
            text = f'{{"hash":"{name}","time":{at},"fee":{fee},"size":{size}}}'
            yield Transaction(name, at, fee, text)


def main() -> None:
    """Write a stream to standard output, a transaction a line; options are named as settings."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    for option in ("start", "hours", "seed", "rate", "regime-change-hours"):
        parser.add_argument(f"--{option}", default="", required=option in {"start", "hours"})
    given = vars(parser.parse_args())
    environment = {f"SIMULATOR_{name.upper()}": value for name, value in given.items()}
    fixed = {"EVENT_BUS_NAME": "-", "METRIC_NAMESPACE": "-", "SOURCE": "simulator"}
    for poll in polls(Settings.from_env(environment | fixed), Event()):
        sys.stdout.writelines(f"{transaction.text}\n" for transaction in poll.transactions)


if __name__ == "__main__":
    main()
