"""Parts as JSON, and sets made of them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.transaction import MAX_FEE
from window_aggregator import minute_set, parts

names = st.text(max_size=5) | st.integers(0, 2**64).map("{:x}".format)
columns = st.lists(st.tuples(names, st.integers(0, MAX_FEE)), min_size=1)


@given(columns)
def test_decoded_part_is_what_was_encoded(pairs):
    part_columns = [name for name, _ in pairs], [fee for _, fee in pairs]
    assert parts.decode(parts.encode(part_columns)) == part_columns
    assert minute_set.minute_set(*part_columns) == set(pairs)


@given(columns)
def test_lowest_of_several_fees_of_a_hash_counts(pairs):
    part_columns = minute_set.minute_set([name for name, _ in pairs], [fee for _, fee in pairs])
    assert minute_set.lowest_fee_per_hash(part_columns) == dict(sorted(pairs, reverse=True))


@pytest.mark.parametrize("name", ['a","b', '"', "\\", "\n", "é", "\ud800", ""])
def test_hash_that_json_escapes_is_unchanged(name):
    part_columns = [name, "ab"], [1, 2]
    assert parts.decode(parts.encode(part_columns)) == part_columns


def test_part_of_an_earlier_version_is_read():
    assert parts.decode(json.dumps([["a", 1], ["b", 2]]).encode()) == (["a", "b"], [1, 2])


@pytest.mark.parametrize("whole", [True, False], ids=["columns", "pairs"])
def test_fees_out_of_bounds_of_an_earlier_version_do_not_count(whole):
    pairs = [("a", 1), ("b", 10**400), ("c", MAX_FEE), ("d", MAX_FEE + 1)]
    hashes, fees = zip(*pairs, strict=True)
    part = {"hash": hashes, "fee": fees} if whole else pairs
    assert parts.decode(json.dumps(part).encode()) == (["a", "c"], [1, MAX_FEE])
