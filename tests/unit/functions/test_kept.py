"""What is kept in memory is bounded, and is what was used last."""

from hypothesis import given
from hypothesis import strategies as st

from window_aggregator.kept import Kept

MOST = 10
uses = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 6)))


@given(uses)
def test_what_was_used_last_is_kept_within_the_bound(keeps):
    kept, newest = Kept(MOST), []
    for key, size in keeps:
        kept.keep(key, size, ([key], [size]))
        newest = [(key, size), *(one for one in newest if one[0] != key)]
        while sum(size for _, size in newest) > MOST:
            newest.pop()
    sizes = dict(newest)
    for key in "abcdef":
        assert kept.find(key) == (([key], [sizes[key]]) if key in sizes else None)


def test_what_is_found_is_used():
    kept = Kept(2)
    for key in "ab":
        kept.keep(key, 1, ([key], [1]))
    assert kept.find("a")
    kept.keep("c", 1, (["c"], [1]))
    assert kept.find("a")
    assert not kept.find("b")


def test_what_is_larger_than_the_bound_is_not_kept():
    kept = Kept(2)
    kept.keep("a", 1, (["a"], [1]))
    kept.keep("b", 3, (["b"], [1]))
    assert not kept.find("b")
