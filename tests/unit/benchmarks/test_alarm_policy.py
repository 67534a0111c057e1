from datetime import timedelta
from math import log

import numpy as np
import pytest

from benchmarks.alarm_policy import simulation, streams
from benchmarks.alarm_policy.goals import goals
from benchmarks.alarm_policy.simulation import Result, disjoint, fresh, simulate
from common.alarm_policy import AlarmPolicy
from poller.config import Simulator
from poller.simulator.stream import transactions

POLICY = AlarmPolicy()
NOISE = np.random.default_rng(0).normal(-0.3, 0.1, 600)


def test_simulated_minutes_have_the_averages_of_the_simulators_transactions(monkeypatch):
    monkeypatch.setattr(streams, "SCORED_DAYS", 0)
    hours = 4
    fees = {}
    for transaction in transactions(Simulator(seed="3", start=streams.START, hours=hours)):
        fees.setdefault(transaction.time // 60, []).append(transaction.fee)
    expected = [np.mean(values) for _, values in sorted(fees.items())]
    stream = streams.simulated(3, busy=False)
    assert len(stream.series.target) == stream.training == 2 * 1440
    found = stream.series.target[: hours * 60]
    assert np.mean(found / expected) == pytest.approx(1, abs=0.02)
    assert np.corrcoef(found, expected)[0, 1] > 0.8


def test_context_ends_where_the_truth_begins():
    series = streams.Series(np.datetime64("2024-10-10T00:00:00", "s"), np.arange(20.0))
    stream = streams.Stream("test", 5, 10, series)
    context, truth = stream.window(12, history=4, horizon=3)
    assert context.start == np.datetime64("2024-10-10T00:40:00", "s")
    assert context.target.tolist() == [8, 9, 10, 11]
    assert truth.tolist() == [12, 13, 14]


def test_absent_recording_is_none(tmp_path):
    assert streams.recorded(tmp_path / "absent.csv.gz") is None


@pytest.mark.parametrize(
    ("history", "count", "minutes"), [(disjoint(48), 48, 30), (fresh(24), 24, 5)]
)
def test_histories_have_their_number_of_windows_and_distance(history, count, minutes):
    windows = history(NOISE, np.random.default_rng(0))
    starts = [window.first_minute for window in windows]
    assert len(starts) == count
    assert set(np.diff(starts)) == {timedelta(minutes=minutes)}
    assert {window.score for window in windows} <= set(NOISE)


def test_neighbors_of_a_sample_are_disjoint_windows_of_the_stream():
    numbered = np.arange(600.0)
    windows = disjoint(6)(numbered, np.random.default_rng(0))
    assert set(np.diff([window.score for window in windows]) % 600) == {simulation.OVERLAP}


def test_steady_scores_never_alarm_and_a_doubled_loss_is_found_at_once():
    result = simulate(np.full(100, -0.3), disjoint(96), POLICY, repetitions=3)
    assert (result.false_alarms, result.first_above) == (0, 0)
    assert result.found == {1.25: 1, 1.5: 1, 2.0: 1}
    assert result.delay[2.0] == 2  # M of N needs two readings


def test_degradations_are_shifts_of_the_score():
    drawn = np.full((simulation.NORMAL + 3, 2), -0.3)
    drawn[simulation.NORMAL :] += log(3)
    limit = simulation.threshold.follow(
        disjoint(96)(NOISE, np.random.default_rng(0)), simulation.HORIZON, POLICY
    )
    states = [reading.breach for reading in simulation.run(drawn, limit, POLICY)]
    assert states == [False] * (simulation.NORMAL + 1) + [True] * 2


def result(alarms=1.0, first=0.0, found=0.95, delay=2.0):
    return Result(alarms, first, {1.5: found}, {1.5: 5.0, 2.0: delay})


def test_goals_judge_the_worst_stream():
    judged = goals([result(), result(alarms=2.5), result(found=0.8), result(delay=4.0)])
    assert [goal.met for goal in judged] == [False, False, True, False, True]
    assert all(goal.met for goal in goals([result()]))
