"""Batches within AWS's limits, and a publisher that does not give up."""

import json
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poller import batching
from poller.backoff import Backoff
from poller.batching import MAX_BYTES, MAX_ENTRIES, Entry
from poller.publisher import Publisher, UndeliveredError
from poller.seen import Seen
from poller.transaction import MAX_BYTES as LARGEST
from poller.transaction import Transaction
from tests.unit.poller.bus import client, serving

sizes = st.integers(2, 400) | st.integers(50_000, LARGEST)


@pytest.fixture
def bus():
    with serving() as bus:
        yield bus


@pytest.fixture
def publisher(bus, monkeypatch):
    monkeypatch.setattr("poller.publisher.FIRST_DELAY", 0.001)
    monkeypatch.setattr("poller.publisher.LONGEST_DELAY", 0.002)
    return Publisher(client(bus), "test", Event())


def laid(count):
    return [Entry("Transactions Received", json.dumps({"n": n}), 1) for n in range(count)]


def numbers(entries):
    return [json.loads(entry["Detail"])["n"] for entry in entries]


@given(st.lists(sizes, max_size=30), st.sampled_from([batching.RECEIVED, batching.ASIDE]))
def test_limits_hold_and_nothing_is_lost_or_moved(lengths, kind):
    texts = [f'"{str(n) * length}'[: length - 1] + '"' for n, length in enumerate(lengths)]
    requests = list(batching.requests(batching.entries(texts, kind)))
    for request in requests:
        assert len(request) <= MAX_ENTRIES
        assert sum(entry.size for entry in request) <= MAX_BYTES
    sent = [json.loads(entry.detail)[kind[1]] for request in requests for entry in request]
    assert [one for group in sent for one in group] == [text[1:-1] for text in texts]


def test_many_small_entries_are_ten_a_request(bus, publisher):
    publisher.publish(laid(23), 1_728_518_400)
    assert [len(request) for request in bus.requests] == [10, 10, 3]
    assert {entry["Time"] for entry in bus.entries} == {1_728_518_400}
    assert {entry["EventBusName"] for entry in bus.entries} == {"test"}
    assert {entry["Source"] for entry in bus.entries} == {"evergreen.poller"}


def test_partial_failure_resends_only_what_failed(bus, publisher):
    bus.answers = [{1, 3}, {0}]
    publisher.publish(laid(5), 1)
    assert [numbers(request) for request in bus.requests] == [[0, 1, 2, 3, 4], [1, 3], [1]]
    assert sorted(numbers(bus.entries)) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "refusal",
    [(400, "ThrottlingException"), (503, "ServiceUnavailable"), (500, "InternalException")],
)
def test_refused_request_is_sent_until_it_is_taken(bus, publisher, refusal):
    bus.answers = [refusal] * 25
    publisher.publish(laid(1), 1)
    assert len(bus.requests) == 26
    assert numbers(bus.entries) == [0]


def test_error_for_a_person_ends_it(bus, publisher):
    bus.answers = [(400, "ResourceNotFoundException")]
    with pytest.raises(Exception, match="ResourceNotFoundException"):
        publisher.publish(laid(1), 1)


def test_unreachable_bus_is_tried_again_and_given_up_only_after_the_stop(bus):
    stop, slept = Event(), []
    bus.endless = (400, "ThrottlingException")
    stop.set()
    publisher = Publisher(client(bus), "test", stop, slept.append)
    with pytest.raises(UndeliveredError, match="1 events were not taken"):
        publisher.publish(laid(1), 1)
    assert len(slept) == 10


def test_delays_grow_to_the_longest():
    backoff = Backoff(0.2, 5)
    delays = [backoff.next() for _ in range(40)]
    assert all(0.1 * 2**n <= delay <= 0.2 * 2**n for n, delay in enumerate(delays[:4]))
    assert all(2.5 <= delay <= 5 for delay in delays[5:])


def transaction(number, time=1, fee=1):
    return Transaction(f"{number:064x}", time, fee, "{}")


@given(st.lists(st.integers(0, 9)), st.integers(1, 5))
def test_i0_same_hash_again_changes_nothing(order, size):
    seen, fresh = Seen(), []
    arrivals = [transaction(n, time=at, fee=at) for at, n in enumerate(order)]
    for first in range(0, len(arrivals), size):
        fresh += seen.fresh(arrivals[first : first + size])
    assert fresh == [arrivals[order.index(n)] for n in dict.fromkeys(order)]


def test_memory_is_bounded_and_forgets_the_oldest():
    seen = Seen(limit=2)
    assert len(seen.fresh([transaction(1), transaction(2), transaction(3)])) == 3
    assert seen.fresh([transaction(3), transaction(2)]) == []
    assert seen.fresh([transaction(1)]) == [transaction(1)]
