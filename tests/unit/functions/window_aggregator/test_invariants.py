"""② ③ The invariants of docs/exactness.md, on the real handler under any history of deliveries.

A history delivers every raw object at least once, in any order and concurrently. Each delivery
pauses before every request, which may then crash, be rejected, lose its response, or stay paused
until all others have ended. Every check also has to fail for aggregators that are broken on
purpose.
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
from tests.support.deliveries import Simulation, deliver_all, expected_fees, histories

NUMBERS = {"total_nb_trx_1min": int, "total_fee_1min": int, "avg_fee_1min": float}
CALLED = datetime(2024, 10, 10, 12, tzinfo=UTC)


def i1(simulation, objects):
    """In the end the online row of a minute is the aggregate of all its events."""
    expected, second = expected_fees(objects), simulation.rows("minutes-v2")
    assert {
        minute: [number(row[name]) for name, number in NUMBERS.items()]
        for minute, row in simulation.rows().items()
    } == {
        minute: [len(fees), sum(fees), sum(fees) / len(fees)] for minute, fees in expected.items()
    }
    assert {minute: float(row["median_fee_1min"]) for minute, row in second.items()} == {
        minute: median(fees) for minute, fees in expected.items()
    }


def i2(simulation, _objects):
    """The latest offline row, as the training reads it, is the online row."""
    latest = reader.latest(offline(simulation)).to_pylist()
    names = [*NUMBERS, feature_rows.EVENT_TIME]
    assert {row[feature_rows.MINUTE]: [row[name] for name in names] for row in latest} == {
        times.parse(minute): [
            *(number(row[name]) for name, number in NUMBERS.items()),
            times.parse(row["event_time"]),
        ]
        for minute, row in simulation.rows().items()
    }


def i3(simulation, _objects):
    """A minute and its event time determine the row, if it has no more than 1,000 parts."""
    contents = defaultdict(set)
    for group, row in simulation.store.offline:
        contents[group, row["tx_minute"], row["event_time"]].add(tuple(row.items()))
    assert all(len(rows) == 1 for rows in contents.values())


def i4(simulation, _objects):
    """Online, neither the event time nor the transaction count of a minute ever decreases."""
    before = {}
    for key, row in simulation.store.history:
        now = row["event_time"], int(row.get("total_nb_trx_1min", 0))
        assert all(new >= old for new, old in zip(now, before.get(key, now), strict=True))
        before[key] = now


def i5(simulation, _objects):
    """The event time is in the minute after the row's minute, so nothing leaks ahead."""
    for _, row in simulation.store.offline:
        end = times.parse(row["tx_minute"]) + times.MINUTE
        assert end <= times.parse(row["event_time"]) < end + times.MINUTE


def i8(simulation, objects):
    """A replay, which has the same transactions in objects with other keys, changes nothing.

    Redelivery of the same objects is part of every history.
    """
    before = dict(simulation.store.online)
    deliver_all(simulation, {f"{key}-replayed": members for key, members in objects.items()}, [])
    assert simulation.store.online == before


def offline(simulation):
    """Return the table of the offline store, written in reverse order of the calls."""
    written = [row for group, row in simulation.store.offline if group == "minutes"]
    calls = [CALLED + timedelta(seconds=number) for number in range(len(written))]
    columns = {
        name: pa.array([kind(row[name]) for row in written]) for name, kind in NUMBERS.items()
    }
    for name in (feature_rows.MINUTE, feature_rows.EVENT_TIME):
        columns[name] = pa.array([row[name] for row in written])
    for name, values in ((reader.CALL, calls), (reader.WRITE, calls[::-1])):
        columns[name] = pa.array(values, reader.TIME)
    columns[reader.DELETED] = pa.array([False] * len(written))
    return reader.table(columns)


@pytest.mark.parametrize("invariant", [i1, i2, i3, i4, i5, i8], ids=lambda item: item.__name__)
@settings(deadline=None, max_examples=200)
@given(histories())
def test_invariant_holds_under_any_history(invariant, history):
    objects, schedule = history
    page_size = 1000 if invariant is i3 else 2  # pages are not read at the same time
    invariant(deliver_all(Simulation(page_size), objects, schedule), objects)


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
    ids=lambda item: item.__name__,
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
    invariant(deliver_all(variant(), objects, schedule), objects)


@settings(deadline=None, max_examples=100)
@given(histories())
def test_stale_listing_only_undercounts_and_a_backfill_repairs_the_row(history):
    """What would remain of exactness if listings of S3 were not strongly consistent."""
    objects, schedule = history
    simulation = deliver_all(broken.StaleListing(), objects, schedule)
    expected = expected_fees(objects)
    for group, row in simulation.store.offline:
        if group == "minutes":
            assert int(row["total_nb_trx_1min"]) <= len(expected[row["tx_minute"]])
    simulation.s3.lag = 0
    i1(deliver_all(simulation, objects, []), objects)
