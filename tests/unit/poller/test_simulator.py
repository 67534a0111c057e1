"""The simulated stream: repeatable, at the configured rate, and predictable."""

import json
from collections import defaultdict
from statistics import mean
from threading import Event

import pytest

from poller.config import Simulator
from poller.simulator.stream import polls, transactions

START = 1_728_518_400  # 2024-10-10T00:00:00Z


def simulator(**options):
    return Simulator(start="2024-10-10T00:00:00Z", **options)


def stream(**options):
    return list(transactions(simulator(**options)))


def minute_averages(stream):
    fees = defaultdict(list)
    for one in stream:
        fees[one.time // 60].append(one.fee)
    return [mean(fees[minute]) for minute in sorted(fees)]


def test_same_seed_has_the_same_stream_and_another_seed_another():
    assert stream(hours="0.2", seed="1") == stream(hours="0.2", seed="1")
    assert stream(hours="0.2", seed="1") != stream(hours="0.2", seed="2")


def test_longer_stream_starts_with_the_shorter():
    short = stream(hours="0.2")
    assert stream(hours="0.4")[: len(short)] == short


def test_a_day_has_six_transactions_a_second_in_order_of_time():
    day = stream(hours="24")
    assert len(day) / 86_400 == pytest.approx(6, rel=0.02)
    times = [one.time for one in day]
    assert times == sorted(times)
    assert (times[0], times[-1] // 60) == (START, START // 60 + 1439)
    assert len({one.hash for one in day}) == len(day)
    assert len({time // 60 for time in times}) == 1440


def test_text_agrees_with_the_fields():
    for one in stream(hours="0.05"):
        sent = json.loads(one.text)
        assert (sent["hash"], sent["time"], sent["fee"]) == one[:3]
        assert sent["size"] > 0


@pytest.mark.parametrize("seed", ["0", "1", "2"])
def test_regime_change_raises_the_mean_fee(seed):
    averages = minute_averages(stream(hours="8", regime_change_hours="4", seed=seed))
    calm, busy = averages[:240], averages[240:]
    assert mean(busy) > 2.5 * mean(calm)
    assert averages[:240] == minute_averages(stream(hours="4", seed=seed))


def test_hour_before_predicts_better_than_the_last_value():
    """A model can learn that waves repeat every hour."""
    averages = minute_averages(stream(hours="12"))
    origins = range(120, len(averages) - 30, 10)
    errors = {"naive": 0.0, "hour before": 0.0}
    for origin in origins:
        for step in range(30):
            truth = averages[origin + step]
            errors["naive"] += abs(truth - averages[origin - 1])
            errors["hour before"] += abs(truth - averages[origin + step - 60])
    assert errors["hour before"] < 0.8 * errors["naive"]


def test_polls_repeat_the_newest_transactions_like_a_list():
    found = list(polls(simulator(hours="0.1"), 10, Event()))
    assert len(found) == 36
    assert found[1].transactions[:10] == found[0].transactions[-10:]
    assert [poll.time // 10 for poll in found] == [START // 10 + n for n in range(36)]
