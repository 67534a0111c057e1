"""② ③ The invariants of docs/exactness.md, on the real handler under any history of deliveries.

A history delivers every raw object at least once, in any order, several at a time, each stopped
before any of its requests; there it may crash, be refused, lose the answer, or stand still until
all others have ended. Every check below is also held against aggregators that are broken on
purpose, and has to find them.
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from statistics import median

import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings

from common import feature_rows, times
from sagemaker_pipelines.data.feature_store import rows as reader
from tests.support import broken_aggregators as broken
from tests.support.deliveries import World, counted, histories, play

NUMBERS = {"total_nb_trx_1min": int, "total_fee_1min": int, "avg_fee_1min": float}
CALLED = datetime(2024, 10, 10, 12, tzinfo=UTC)


def i1(world, objects):
    """After quiescence the online row of a minute is the aggregate of all its events."""
    whole, second = counted(objects), world.rows("minutes-v2")
    assert {
        minute: [number(row[name]) for name, number in NUMBERS.items()]
        for minute, row in world.rows().items()
    } == {minute: [len(fees), sum(fees), sum(fees) / len(fees)] for minute, fees in whole.items()}
    assert {minute: float(row["median_fee_1min"]) for minute, row in second.items()} == {
        minute: median(fees) for minute, fees in whole.items()
    }


def i2(world, _objects):
    """The latest offline row, by the training's own reader, is the online row."""
    held = reader.latest(offline(world)).to_pylist()
    names = [*NUMBERS, feature_rows.EVENT_TIME]
    assert {row[feature_rows.MINUTE]: [row[name] for name in names] for row in held} == {
        times.parse(minute): [
            *(number(row[name]) for name, number in NUMBERS.items()),
            times.parse(row["event_time"]),
        ]
        for minute, row in world.rows().items()
    }


def i3(world, _objects):
    """A minute and its event time determine the row, if it has no more than 1,000 parts."""
    contents = defaultdict(set)
    for group, row in world.store.offline:
        contents[group, row["tx_minute"], row["event_time"]].add(tuple(row.items()))
    assert all(len(rows) == 1 for rows in contents.values())


def i4(world, _objects):
    """Online, a minute's event time never decreases, and neither does what it has counted."""
    before = {}
    for place, row in world.store.past:
        now = row["event_time"], int(row.get("total_nb_trx_1min", 0))
        assert all(new >= old for new, old in zip(now, before.get(place, now), strict=True))
        before[place] = now


def i5(world, _objects):
    """Event times lie after the minute's end and before the next one's: nothing leaks ahead."""
    for _, row in world.store.offline:
        end = times.parse(row["tx_minute"]) + times.MINUTE
        assert end <= times.parse(row["event_time"]) < end + times.MINUTE


def i8(world, objects):
    """Replaying what was there changes nothing: it comes in objects of other names.

    That the same objects come again is a part of any history.
    """
    before = dict(world.store.online)
    play(world, {f"{key}-replayed": members for key, members in objects.items()}, [])
    assert world.store.online == before


def offline(world):
    """Make the offline store's table: calls in their order, written in another."""
    written = [row for group, row in world.store.offline if group == "minutes"]
    calls = [CALLED + timedelta(seconds=number) for number in range(len(written))]
    columns = {
        name: pa.array([kind(row[name]) for row in written]) for name, kind in NUMBERS.items()
    }
    for name in (feature_rows.MINUTE, feature_rows.EVENT_TIME):
        columns[name] = pa.array([row[name] for row in written])
    for name, moments in ((reader.CALL, calls), (reader.WRITE, calls[::-1])):
        columns[name] = pa.array(moments, reader.TIME)
    columns[reader.DELETED] = pa.array([False] * len(written))
    return reader.table(columns)


@pytest.mark.parametrize("invariant", [i1, i2, i3, i4, i5, i8], ids=lambda one: one.__name__)
@settings(deadline=None, max_examples=200)
@given(histories())
def test_invariant_holds_under_any_history(invariant, history):
    objects, schedule = history
    page = 1000 if invariant is i3 else 2  # keys of a listing, whose pages are not of one moment
    invariant(play(World(page), objects, schedule), objects)


@pytest.mark.parametrize(
    ("variant", "invariant"),
    [
        (broken.AddCounters, i1),
        (broken.AddCounters, i8),
        (broken.MarkThenCount, i1),
        (broken.WallClock, i1),
        (broken.WallClock, i4),
        (broken.WallClock, i5),
        (broken.ConstantEventTime, i1),
        (broken.ConstantEventTime, i2),
        (broken.ConstantEventTime, i3),
        (broken.SmallerVersion, i1),
        (broken.StaleListing, i1),
    ],
    ids=lambda one: one.__name__,
)
@pytest.mark.xfail(strict=True, raises=AssertionError, reason="broken on purpose")
@settings(
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=2000,
    phases=[Phase.generate],
    report_multiple_bugs=False,
)
@given(histories())
def test_invariant_finds_a_broken_aggregator(variant, invariant, history):
    objects, schedule = history
    invariant(play(variant(), objects, schedule), objects)


@settings(deadline=None, max_examples=100)
@given(histories())
def test_row_of_a_stale_listing_says_too_little_at_most_and_a_backfill_repairs_it(history):
    """S3 lists what was written; were it not so, this is what would be left of exactness."""
    objects, schedule = history
    world = play(broken.StaleListing(), objects, schedule)
    whole = counted(objects)
    for group, row in world.store.offline:
        if group == "minutes":
            assert int(row["total_nb_trx_1min"]) <= len(whole[row["tx_minute"]])
    world.s3.lag = 0
    i1(play(world, objects, []), objects)
