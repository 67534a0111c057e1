"""② The row of a minute is a function of the set of its transactions, to the bit."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.unit.functions import deliveries
from tests.unit.functions.deliveries import MINUTE, agreed, minutes, schedules, splits
from window_aggregator import rows


def row(fees):
    return {one["FeatureName"]: one["ValueAsString"] for one in rows.record(MINUTE, fees)}


@settings(max_examples=300)
@given(st.data(), minutes, schedules)
def test_any_split_order_duplication_and_crash_give_the_same_row(data, minute, schedule):
    objects = data.draw(splits(minute))
    assert deliveries.play(deliveries.Exact(), objects, schedule) == row(minute)


@given(st.data(), minutes, schedules)
def test_a_minute_and_its_version_determine_the_row(data, minute, schedule):
    aggregator = deliveries.Exact()
    deliveries.play(aggregator, data.draw(splits(minute)), schedule)
    by_version = {one["event_time"]: one for one in aggregator.online.puts}
    assert all(one == by_version[one["event_time"]] for one in aggregator.online.puts)


@pytest.mark.parametrize(
    ("aggregator", "members"),
    [
        pytest.param(deliveries.Counters, agreed, id="a redelivery counts twice"),
        pytest.param(
            deliveries.MarkThenCount, agreed, id="a crash after the mark loses an object"
        ),
        pytest.param(deliveries.SmallerVersion, minutes, id="of equal versions the first stays"),
    ],
)
@pytest.mark.xfail(strict=True, raises=AssertionError, reason="broken on purpose")
@settings(database=None, max_examples=300, phases=[Phase.generate])
@given(st.data(), schedules)
def test_the_property_finds_a_broken_aggregator(aggregator, members, data, schedule):
    minute = data.draw(members)
    objects = data.draw(splits(minute))
    assert deliveries.play(aggregator(), objects, schedule) == row(minute)


@given(minutes, minutes)
def test_version_grows_with_the_set(some, more):
    before, after = row(some)["event_time"], row(some | more)["event_time"]
    assert after >= before
    assert (after == before) == (some | more == some)


@given(minutes)
def test_row_says_what_the_smaller_fees_add_up_to(members):
    smallest = {name: min(fee for other, fee in members if other == name) for name, _ in members}
    found = row(members)
    assert int(found["total_nb_trx_1min"]) == len(smallest)
    assert int(found["total_fee_1min"]) == sum(smallest.values())
    assert float(found["avg_fee_1min"]) == sum(smallest.values()) / len(smallest)
    assert rows.conflicts(members) == len(members) - len(smallest)
