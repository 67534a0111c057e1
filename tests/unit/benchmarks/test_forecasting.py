"""Calculations of the forecasting benchmark."""

import gzip
from itertools import pairwise

import numpy as np
import pytest

from benchmarks.forecasting import goals, measurement, methods, regimes, series
from benchmarks.forecasting.measurement import Run, Score
from common.tournament import MINIMUM_TRAINING_MINUTES


def scored(method, first, second, seed=0, fit_cpu=1.0):
    mean = (first + second) / 2
    return Score("calm", seed, method, mean, first, second, 0.8, fit_cpu, 0.001)


CONTENDERS = [
    scored("ensemble", 0.2, 0.31),
    scored("gradient_boosting_recent", 0.3, 0.3),
    scored("ensemble_recent", 0.4, 0.4),
    scored("reference 120", 0.5, 0.1),
    scored("last value", 0.9, 0.62),
]


def test_winner_is_chosen_by_the_first_half_and_judged_by_the_second():
    [winner] = goals.winners(CONTENDERS, "calm")
    assert winner.method == "ensemble"
    judged = {goal.name: goal for goal in goals.goals(CONTENDERS, {"a": 20.0, "b": 30.0})}
    assert judged["wQL of the winner to last value, calm"].value == pytest.approx(0.5)
    assert judged["wQL of the winner to last value, calm"].met
    assert judged["wQL of the winner to the best method, calm"].value == pytest.approx(3.1)
    assert not judged["wQL of the winner to the best method, calm"].met
    assert judged["training of the default candidates, CPU s"].value == pytest.approx(50)


def test_method_that_takes_more_than_60_cpu_seconds_is_not_the_best():
    slow = scored("slow", 0.01, 0.01, fit_cpu=61)
    judged = goals.goals([*CONTENDERS, slow], {})
    assert judged[1].value == pytest.approx(3.1)


def test_means_are_over_the_seeds_of_a_series():
    found = goals.means([scored("ets", 0.1, 0.3), scored("ets", 0.3, 0.5, seed=1)])
    assert found["calm"]["ets"].wql == pytest.approx(0.3)
    assert found["calm"]["ets"].seed == 2


def test_windows_are_pooled_and_halved_in_order_of_time():
    truth = np.array([10.0] * 60 + [20.0] * 60, np.float32)
    sequence = series.Sequence("calm", 0, 60, np.datetime64("2024-10-10", "s"), truth)
    run = Run(np.full((3, 4, 30), 10.0), 0.0, 0.0)
    found = measurement.score("x", run, sequence, range(0, 120, 30))
    assert found.first_half_wql == 0
    assert found.second_half_wql == pytest.approx(0.5)
    assert found.wql == pytest.approx(300 * 2 * 2 * 0.5 / 1800)
    assert found.coverage == 0.5


def test_baselines_repeat_the_last_value_and_the_last_season():
    values = np.arange(400.0)
    assert methods.last_value(values, 60).tolist() == [399.0]
    assert methods.seasonal_naive(values, 60).tolist() == list(range(340, 370))
    assert methods.seasonal_naive(values, 300).tolist() == list(range(112, 142))


def test_simulated_minutes_are_averages_of_the_stream():
    found = series.simulated("calm", 3, 1, None)
    assert found.values.shape == (60,)
    assert (found.values > 0).all()
    np.testing.assert_array_equal(found.values, series.simulated("calm", 3, 1, None).values)


def test_recorded_spans_are_disjoint_and_absent_files_are_none(tmp_path):
    assert series.recorded(tmp_path / "absent.csv.gz") == []
    file = tmp_path / "recorded.csv.gz"
    length = 4 * series.SPAN_DAYS * series.DAY_STEPS + series.TRAINING + series.TEST
    rows = "".join(f"2025-03-05 02:10:00,{n}\n" for n in range(length))
    file.write_bytes(gzip.compress(f"ts,{series.COLUMN}\n{rows}".encode(), 1))
    spans = series.recorded(file)
    assert {len(span.values) for span in spans} == {series.TRAINING + series.TEST}
    tests = [span.values[series.TRAINING :] for span in spans]
    assert all(a[-1] < b[0] for a, b in pairwise(tests))
    assert spans[1].start - spans[0].start == np.timedelta64(13, "D")


def test_every_default_candidate_is_measured():
    measured = {method.name for method in methods.FITTED} | set(methods.ENSEMBLES)
    assert {candidate.name for candidate in goals.CANDIDATES} <= measured


def test_recent_minutes_are_as_many_as_a_training_requires():
    assert min(filter(None, regimes.RECENT)) >= MINIMUM_TRAINING_MINUTES
