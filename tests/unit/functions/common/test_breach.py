from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from common.breach import BreachPolicy, judge
from common.times import iso

START = datetime(2024, 10, 10, tzinfo=UTC)
LIMIT = 1.0
DEFAULT = BreachPolicy()
losses = st.lists(st.none() | st.sampled_from([0.5, 0.85, 0.95, 1.0, 1.1, 2.0]), max_size=30)
policies = st.integers(1, 5).flatmap(
    lambda n: st.builds(
        BreachPolicy,
        datapoints_to_alarm=st.integers(1, n),
        evaluation_periods=st.just(n),
        release_periods=st.integers(1, 4),
        release_ratio=st.sampled_from([0.8, 0.9, 1.0]),
    )
)


def hour(number):
    return iso(START + timedelta(hours=number))


def run(losses, policy=DEFAULT):
    """Judge one reading after the other."""
    readings = []
    for number, loss in enumerate(losses):
        readings.append(judge(readings, hour(number), loss, LIMIT, policy))
    return readings


def states(losses, policy=DEFAULT):
    return [reading.breach for reading in run(losses, policy)]


def test_two_of_three_readings_above_the_threshold_begin_a_breach():
    readings = run([2.0, 0.5, 0.5, 2.0, 0.5, 2.0])
    assert [r.breach for r in readings] == [False] * 5 + [True]
    assert readings[-1].since == hour(3)


def test_a_reading_at_the_threshold_is_not_above_it():
    assert states([LIMIT] * 5) == [False] * 5


def test_three_readings_in_a_row_below_the_release_level_end_it():
    assert states([2.0, 2.0, 0.5, 0.95, 0.9, 0.8, 0.8]) == [False] + [True] * 5 + [False]


def test_readings_of_an_ended_breach_do_not_begin_the_next():
    policy = BreachPolicy(2, 3, release_periods=1)
    assert states([2.0, 2.0, 0.5, 2.0, 2.0], policy) == [False, True, False, False, True]


def test_a_version_without_a_threshold_is_never_in_breach():
    readings = [judge([], hour(n), 9.0, None, BreachPolicy()) for n in range(3)]
    assert not any(r.breach for r in readings)


@given(losses, policies, st.randoms())
def test_order_and_repetition_of_earlier_readings_change_nothing(values, policy, random):
    readings = run(values, policy)
    for number, reading in enumerate(readings):
        delivered = readings + random.choices(readings, k=5)
        random.shuffle(delivered)
        again = judge(delivered, hour(number), reading.relative_loss, LIMIT, policy)
        assert again == reading


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
            assert now.above
            assert now.since <= now.time
        if before.breach and not now.breach:
            assert now.relative_loss <= policy.release_ratio * LIMIT
            assert now.since is None
        if before.breach and now.breach:
            assert now.since == before.since


@given(losses, policies)
def test_the_newest_readings_suffice(values, policy):
    readings = run(values, policy)
    needed = max(policy.evaluation_periods, policy.release_periods)
    for number, reading in enumerate(readings):
        scored = [r for r in readings[:number] if not r.missing]
        oldest = scored[-needed].time if len(scored) >= needed else ""
        newest = [r for r in readings[:number] if r.time >= oldest]
        assert judge(newest, reading.time, reading.relative_loss, LIMIT, policy) == reading
