"""Goals and measurements of the serving benchmark."""

import os
from time import thread_time

import pytest

from benchmarks import measure
from benchmarks.serving.goals import SERVED, SYNC, Load, goals, percentile
from benchmarks.serving.model_clock import Clock, Clocked


def test_every_concurrency_is_judged_and_the_slowest_beside_torch():
    loads = [
        Load(SERVED, 1, 6.6, 6, 7, 9),
        Load(SERVED, 4, 8.0, 6, 30, 40),
        Load(SYNC, 1, 99, 1, 1, 1),
    ]
    judged = goals(30.0, loads)
    assert [goal.value for goal in judged] == pytest.approx([1.1, 8 / 6, 3.75])
    assert [goal.met for goal in judged] == [True, False, False]


@pytest.mark.parametrize(("share", "value"), [(0.5, 51), (0.99, 100), (1, 100)])
def test_percentile_is_one_of_the_values(share, value):
    assert percentile(list(range(1, 101)), share) == value


def test_cpu_seconds_are_those_of_the_process():
    before = measure.cpu_seconds(os.getpid())
    while measure.cpu_seconds(os.getpid()) == before:
        sum(range(100_000))
    own = os.times()
    assert measure.cpu_seconds(os.getpid()) >= before
    assert measure.cpu_seconds(os.getpid()) == pytest.approx(own.user + own.system, abs=0.5)


def test_clock_of_a_model_adds_the_calls_of_another_process(tmp_path):
    class Slow:
        horizon = 30

        def forecast(self, series, levels, samples):
            begin = thread_time()
            while thread_time() - begin < 0.01:
                pass
            return {"mean": [], "quantiles": {}}

    read = Clock(tmp_path / "clock")
    called = Clocked(Slow(), Clock(tmp_path / "clock"))
    called.forecast(None, (), 1)
    called.forecast(None, (), 1)
    seconds, calls = read.read()
    assert calls == 2
    assert seconds == pytest.approx(0.02, abs=0.01)
