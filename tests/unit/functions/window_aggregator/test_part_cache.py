"""The cache is bounded by bytes and evicts the least recently used parts."""

from hypothesis import given
from hypothesis import strategies as st

from window_aggregator.part_cache import PartCache

MAX_BYTES = 10
uses = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 6)))


@given(uses)
def test_most_recently_used_parts_are_cached_within_the_bound(keeps):
    cache, newest = PartCache(MAX_BYTES), []
    for key, size in keeps:
        cache.put(key, size, ([key], [size]))
        newest = [(key, size), *(item for item in newest if item[0] != key)]
        while sum(size for _, size in newest) > MAX_BYTES:
            newest.pop()
    sizes = dict(newest)
    for key in "abcdef":
        assert cache.get(key) == (([key], [sizes[key]]) if key in sizes else None)


def test_get_counts_as_use():
    cache = PartCache(2)
    for key in "ab":
        cache.put(key, 1, ([key], [1]))
    assert cache.get("a")
    cache.put("c", 1, (["c"], [1]))
    assert cache.get("a")
    assert not cache.get("b")


def test_part_larger_than_the_bound_is_not_cached():
    cache = PartCache(2)
    cache.put("a", 1, (["a"], [1]))
    cache.put("b", 3, (["b"], [1]))
    assert not cache.get("b")
