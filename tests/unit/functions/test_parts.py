"""A part holds what was said, in whichever form."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from window_aggregator import fees, parts

names = st.text(max_size=5) | st.integers(0, 2**64).map("{:x}".format)
columns = st.lists(st.tuples(names, st.integers(0, 10**30)), min_size=1)


@given(columns)
def test_a_part_says_what_was_said(pairs):
    said = [name for name, _ in pairs], [fee for _, fee in pairs]
    assert parts.decoded(parts.encoded(said)) == said
    assert fees.of(*said) == set(pairs)


@given(columns)
def test_of_a_hash_with_several_fees_the_smallest_counts(pairs):
    said = fees.of([name for name, _ in pairs], [fee for _, fee in pairs])
    assert fees.smallest(said) == dict(sorted(pairs, reverse=True))


@pytest.mark.parametrize("name", ['a","b', '"', "\\", "\n", "é", "\ud800", ""])
def test_hash_that_json_has_to_escape_is_kept(name):
    said = [name, "ab"], [1, 2]
    assert parts.decoded(parts.encoded(said)) == said


def test_part_of_an_earlier_version_is_read():
    assert parts.decoded(json.dumps([["a", 1], ["b", 2]]).encode()) == (["a", "b"], [1, 2])
