"""What counts polls and items, and when."""

import json

import pytest

from poller.metrics import Metrics
from poller.poll import Poll, Rejected
from poller.transaction import Transaction

START = 1_728_518_400
ITEM = Rejected("https://example.org", None, "/value: got None, expected a number", "{}")
VALID = Transaction("0" * 64, START, 1, "{}")


def minutes(out, name):
    """Return the values of a metric by the minute since START."""
    found = {}
    for document in map(json.loads, out.splitlines()):
        if name in document:
            minute = document["_aws"]["Timestamp"] // 60_000 - START // 60
            found[minute] = sum(document[name])
    return found


def test_items_of_another_shape_are_counted_at_the_time_of_the_poll(capsys):
    metrics = Metrics("test")
    for second in range(0, 180, 30):  # no item is valid: the time of the events stands still
        poll = Poll(START - 3600, rejected=[ITEM] * 4, polled_at=START + second)
        metrics.add(poll, published=0, rejected=4)
    out = capsys.readouterr().out
    assert minutes(out, "TransactionsRejected") == {0: 8, 1: 8}
    assert minutes(out, "PollsRejected") == {0: 2, 1: 2}


def test_source_that_never_had_a_valid_item_is_counted_too(capsys):
    metrics = Metrics("test")
    metrics.add(Poll(0, rejected=[ITEM], polled_at=START), published=0, rejected=1)
    metrics.flush()
    assert minutes(capsys.readouterr().out, "PollsRejected") == {0: 1}


@pytest.mark.parametrize(
    ("valid", "invalid", "rejected"),
    [(0, 0, False), (0, 1, True), (1, 1, True), (2, 1, False), (999, 1, False)],
)
def test_poll_is_rejected_if_half_of_its_items_are_invalid(valid, invalid, rejected):
    assert Poll(START, [VALID] * valid, [ITEM] * invalid).mostly_rejected is rejected
