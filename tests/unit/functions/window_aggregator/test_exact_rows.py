"""② The row of a minute is a function of the set of its transactions, to the bit."""

from fractions import Fraction

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.support.deliveries import MINUTE, minutes
from tests.support.feature_records import to_values
from window_aggregator import feature_record

# Scaled values of other streams may be larger than all bitcoin, and than what a double counts.
sizes = st.integers(0, 3) | st.integers(2**52, 2**56)
fees_of_any_size = st.lists(sizes, min_size=1, max_size=8)


def row(fees):
    return to_values(feature_record.record(MINUTE, fees))


@given(minutes, minutes)
def test_version_grows_with_the_set(some, more):
    before, after = row(some)["event_time"], row(some | more)["event_time"]
    assert after >= before
    assert (after == before) == (some | more == some)


@given(minutes)
def test_i0_of_a_hash_with_several_fees_the_smallest_counts(members):
    """The others are conflicts, which are counted and raise an alarm."""
    smallest = {name: min(fee for other, fee in members if other == name) for name, _ in members}
    found = row(members)
    assert int(found["total_nb_trx_1min"]) == len(smallest)
    assert int(found["total_fee_1min"]) == sum(smallest.values())
    assert feature_record.conflicts(members) == len(members) - len(smallest)


def of_the_row(fees):
    return float(row({(str(n), fee) for n, fee in enumerate(fees)})["avg_fee_1min"])


def of_floats(fees):
    """Broken: adds in binary64."""
    return sum(map(float, fees)) / len(fees)


def of_a_running_mean(fees):
    """Broken: corrects a mean by every fee, so it depends on their order."""
    mean = 0.0
    for number, fee in enumerate(fees, 1):
        mean += (fee - mean) / number
    return mean


def truncated(fees):
    """Broken: integer division, as in SQL."""
    return float(sum(fees) // len(fees))


def i6(average, fees):
    """The average is the exact quotient, rounded once to binary64."""
    assert average(fees) == float(Fraction(sum(fees), len(fees)))


@given(fees_of_any_size)
def test_i6_count_and_sum_are_exact_and_the_average_is_rounded_once(fees):
    found = row({(str(n), fee) for n, fee in enumerate(fees)})
    assert int(found["total_nb_trx_1min"]) == len(fees)
    assert int(found["total_fee_1min"]) == sum(fees)
    i6(of_the_row, fees)


@pytest.mark.parametrize(
    "average", [of_floats, of_a_running_mean, truncated], ids=lambda item: item.__name__
)
@pytest.mark.xfail(strict=True, raises=AssertionError, reason="broken on purpose")
@settings(database=None, derandomize=True, max_examples=2000, phases=[Phase.generate])
@given(fees_of_any_size)
def test_i6_finds_a_broken_average(average, fees):
    i6(average, fees)
