from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.alarm_policy import AlarmPolicy
from common.breach import judge
from common.threshold import Threshold
from common.times import iso

START = datetime(2024, 10, 10, tzinfo=UTC)
LIMIT = Threshold(typical=0.5, value=1.0)
UNSMOOTHED = AlarmPolicy(smoothing_factor=1)
losses = st.lists(st.none() | st.sampled_from([0.5, 0.85, 0.95, 1.0, 1.1, 2.0]), max_size=30)
policies = st.integers(1, 5).flatmap(
    lambda n: st.builds(
        AlarmPolicy,
        smoothing_factor=st.sampled_from([0.4, 1.0]),
        datapoints_to_alarm=st.integers(1, n),
        evaluation_periods=st.just(n),
        release_periods=st.integers(1, 4),
        release_ratio=st.sampled_from([0.8, 0.9, 1.0]),
    )
)


def hour(number):
    return iso(START + timedelta(hours=number))


def scores(loss):
    return [] if loss is None else [log(loss)] * 2


def run(losses, policy=UNSMOOTHED):
    """Judge one reading after the other."""
    readings = []
    for number, loss in enumerate(losses):
        readings.append(judge(readings, hour(number), scores(loss), LIMIT, policy))
    return readings


def states(losses, policy=UNSMOOTHED):
    return [reading.breach for reading in run(losses, policy)]


def test_two_of_three_readings_above_the_threshold_begin_a_breach():
    readings = run([2.0, 0.5, 0.5, 2.0, 0.5, 2.0])
    assert [r.breach for r in readings] == [False] * 5 + [True]
    assert readings[-1].since == hour(3)


def test_a_reading_at_the_threshold_is_not_above_it():
    assert states([LIMIT.value] * 5) == [False] * 5


def test_three_readings_in_a_row_below_the_release_level_end_it():
    assert states([2.0, 2.0, 0.5, 0.95, 0.85, 0.8, 0.8]) == [False] + [True] * 5 + [False]


def test_readings_of_an_ended_breach_do_not_begin_the_next():
    policy = replace(UNSMOOTHED, release_periods=1)
    assert states([2.0, 2.0, 0.5, 2.0, 2.0], policy) == [False, True, False, False, True]


def test_a_version_without_a_threshold_is_never_in_breach():
    readings = [judge([], hour(n), scores(9.0), None, UNSMOOTHED) for n in range(3)]
    assert not any(r.breach for r in readings)


def test_relative_loss_is_a_moving_average_that_starts_at_the_typical_loss():
    policy = AlarmPolicy(smoothing_factor=0.5)
    averages = [reading.relative_loss for reading in run([2.0, None, 2.0], policy)]
    assert averages == [pytest.approx(1.0), None, pytest.approx(2**0.5)]


def test_a_reading_with_fewer_windows_has_less_weight():
    policy = AlarmPolicy(smoothing_factor=0.5)
    halves = []
    for number in range(2):
        halves.append(judge(halves, hour(number), [log(2.0)], LIMIT, policy))
    assert halves[1].relative_loss == pytest.approx(run([2.0], policy)[0].relative_loss)


def test_a_served_reference_is_never_in_breach():
    limit = Threshold(1.0, 1.0)
    readings = []
    for number in range(5):
        readings.append(judge(readings, hour(number), [0.0, 0.0], limit, AlarmPolicy()))
    assert {reading.relative_loss for reading in readings} == {1.0}
    assert not any(reading.breach for reading in readings)


@given(losses, policies, st.randoms())
def test_order_and_repetition_of_earlier_readings_change_nothing(values, policy, random):
    readings = run(values, policy)
    for number, reading in enumerate(readings):
        delivered = readings + random.choices(readings, k=5)
        random.shuffle(delivered)
        assert judge(delivered, hour(number), scores(values[number]), LIMIT, policy) == reading


@given(losses, policies)
def test_missing_readings_neither_begin_nor_end_a_breach(values, policy):
    with_missing = states(values, policy)
    kept = [state for state, loss in zip(with_missing, values, strict=True) if loss is not None]
    assert kept == states([loss for loss in values if loss is not None], policy)
    for before, loss, after in zip([False, *with_missing], values, with_missing, strict=False):
        assert loss is not None or before == after


@given(losses, policies)
def test_a_breach_begins_above_the_threshold_and_ends_below_the_release_level(values, policy):
    readings = run(values, policy)
    for before, now in pairwise(readings):
        if now.breach and not before.breach:
            assert now.relative_loss > LIMIT.value
            assert now.since <= now.time
        if before.breach and not now.breach:
            assert now.relative_loss <= policy.release_ratio * LIMIT.value
            assert now.since is None
        if before.breach and now.breach:
            assert now.since == before.since


@given(losses, policies)
def test_the_newest_readings_suffice(values, policy):
    readings = run(values, policy)
    needed = max(policy.evaluation_periods, policy.release_periods)
    for number, reading in enumerate(readings):
        measured = [r for r in readings[:number] if r.relative_loss is not None]
        oldest = measured[-needed].time if len(measured) >= needed else ""
        newest = [r for r in readings[:number] if r.time >= oldest]
        assert judge(newest, reading.time, scores(values[number]), LIMIT, policy) == reading
