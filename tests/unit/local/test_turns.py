"""Requests are split by weight."""

from collections import Counter

import pytest

from local.turns import WeightedTurns


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ({"a": 1.0}, {"a": 10}),
        ({"a": 0.8, "b": 0.2}, {"a": 8, "b": 2}),
        ({"a": 3, "b": 1, "c": 1}, {"a": 6, "b": 2, "c": 2}),
        ({"a": 1, "b": 0}, {"a": 10}),
    ],
    ids=["alone", "a fifth", "three", "weight 0"],
)
def test_requests_are_split_by_weight(weights, expected):
    turns = WeightedTurns()
    assert Counter(turns.next(weights) for _ in range(10)) == expected


def test_changed_weights_count_from_the_next_request_on():
    turns = WeightedTurns()
    for _ in range(7):
        turns.next({"a": 1, "b": 1})
    assert {turns.next({"b": 1}) for _ in range(3)} == {"b"}


def test_share_is_kept_at_every_moment():
    turns, chosen = WeightedTurns(), 0
    for number in range(1, 101):
        chosen += turns.next({"old": 0.7, "new": 0.3}) == "new"
        assert abs(chosen - 0.3 * number) < 1
