"""Events within the quotas of AWS, and their delivery."""

import json
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poller import batching
from poller.batching import MAX_BYTES, MAX_ENTRIES, Entry
from poller.deduplication import Deduplication
from poller.poll import Rejected
from poller.publisher import ForbiddenError, Publisher, UndeliveredError
from poller.retry import delay
from poller.transaction import MAX_BYTES as LARGEST
from poller.transaction import Transaction
from tests.support.fake_bus import client, serving

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


def entries(count):
    return [Entry(batching.RECEIVED, ("{}",), json.dumps({"n": n})) for n in range(count)]


def numbers(entries):
    return [json.loads(entry["Detail"])["n"] for entry in entries]


@given(st.lists(sizes, max_size=30), st.sampled_from([batching.RECEIVED, batching.REJECTED]))
def test_quotas_hold_and_nothing_is_lost_or_reordered(lengths, kind):
    texts = [f'"{str(n) * length}'[: length - 1] + '"' for n, length in enumerate(lengths)]
    requests = list(batching.requests(batching.entries(texts, kind)))
    for request in requests:
        assert len(request) <= MAX_ENTRIES
        assert sum(entry.size for entry in request) <= MAX_BYTES
    sent = [json.loads(entry.detail)[kind.member] for request in requests for entry in request]
    assert [one for group in sent for one in group] == [text[1:-1] for text in texts]


def test_ten_small_entries_fit_into_a_request(bus, publisher):
    publisher.publish(entries(23), 1_728_518_400)
    assert [len(request) for request in bus.requests] == [10, 10, 3]
    assert {entry["Time"] for entry in bus.entries} == {1_728_518_400}
    assert {entry["EventBusName"] for entry in bus.entries} == {"test"}
    assert {entry["Source"] for entry in bus.entries} == {"evergreen.poller"}


def test_only_failed_entries_are_sent_again(bus, publisher):
    bus.failures = [{1, 3}, {0}]
    publisher.publish(entries(5), 1)
    assert [numbers(request) for request in bus.requests] == [[0, 1, 2, 3, 4], [1, 3], [1]]
    assert sorted(numbers(bus.entries)) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "failure",
    [(400, "ThrottlingException"), (503, "ServiceUnavailable"), (500, "InternalException")],
)
def test_failed_request_is_repeated_until_it_is_accepted(bus, publisher, failure):
    bus.failures = [failure] * 25
    publisher.publish(entries(1), 1)
    assert len(bus.requests) == 26
    assert numbers(bus.entries) == [0]


def test_permanent_error_is_raised(bus, publisher):
    bus.failures = [(400, "ResourceNotFoundException")]
    with pytest.raises(Exception, match="ResourceNotFoundException"):
        publisher.publish(entries(1), 1)


def test_busy_bus_is_retried_and_given_up_only_after_a_stop(bus):
    stop, slept = Event(), []
    bus.permanent_failure = (400, "ThrottlingException")
    stop.set()
    publisher = Publisher(client(bus), "test", stop, slept.append)
    with pytest.raises(UndeliveredError, match="1 events were not accepted"):
        publisher.publish(entries(1), 1)
    assert len(slept) == 10


def test_delays_grow_to_the_longest():
    delays = [delay(failures, 0.2, 5) for failures in range(1, 41)]
    assert all(0.1 * 2**n <= delay <= 0.2 * 2**n for n, delay in enumerate(delays[:4]))
    assert all(2.5 <= delay <= 5 for delay in delays[5:])


def transaction(number, time=1, fee=1):
    return Transaction(f"{number:064x}", time, fee, "{}")


@given(st.lists(st.integers(0, 9)), st.integers(1, 5))
def test_i0_same_hash_again_changes_nothing(order, size):
    deduplication, new = Deduplication(), []
    arrivals = [transaction(n, time=at, fee=at) for at, n in enumerate(order)]
    for first in range(0, len(arrivals), size):
        new += deduplication.new(arrivals[first : first + size])
    assert new == [arrivals[order.index(n)] for n in dict.fromkeys(order)]


def test_deduplication_is_bounded_and_forgets_the_oldest():
    deduplication = Deduplication(max_hashes=2)
    assert len(deduplication.new([transaction(1), transaction(2), transaction(3)])) == 3
    assert deduplication.new([transaction(3), transaction(2)]) == []
    assert deduplication.new([transaction(1)]) == [transaction(1)]


def packed(*texts):
    return list(batching.entries([f'"{text}"' for text in texts]))


def test_entry_with_bad_content_is_divided_until_only_that_item_is_rejected(bus, publisher):
    def refuse(entry):
        received = entry["DetailType"] == batching.RECEIVED.detail_type
        return "MalformedDetail" if received and "bad" in entry["Detail"] else None

    bus.refuse = refuse
    names = [*map(str, range(6)), "bad", *map(str, range(7, 11))]
    assert publisher.publish(packed(*names), 1) == 1
    assert sorted(bus.transactions()) == sorted(set(names) - {"bad"})
    [rejected] = bus.rejected()
    assert rejected["source"] == "PutEvents"
    assert rejected["reason"] == "MalformedDetail: as configured"
    assert rejected["raw"] == '"bad"'


@pytest.mark.parametrize("code", ["InvalidArgument", "MalformedDetail", "RedactionFailure"])
def test_rejection_that_is_refused_as_well_is_only_logged(bus, publisher, code, caplog):
    bus.refuse = lambda entry: code if "bad" in entry["Detail"] else None
    assert publisher.publish(packed("bad", "good"), 1) == 1
    assert (bus.transactions(), bus.rejected()) == (["good"], [])
    assert caplog.records[-1].message == "rejection not accepted"
    assert caplog.records[-1].error == f"{code}: as configured"


@pytest.mark.parametrize(
    "code",
    [
        "AccessDeniedException",
        "InvalidAccountIdException",
        "NotAuthorizedForDetailTypeException",
        "NotAuthorizedForSourceException",
    ],
)
def test_missing_permission_ends_the_process(bus, publisher, code):
    bus.refuse = lambda _: code
    with pytest.raises(ForbiddenError, match=f"{code}: as configured"):
        publisher.publish(entries(2), 1)
    assert len(bus.requests) == 1


@pytest.mark.parametrize("code", ["InternalFailure", "ThrottlingException", "SomethingNew"])
def test_passing_error_of_an_entry_is_repeated(bus, publisher, code):
    bus.refuse = lambda entry: code if len(bus.requests) < 5 and "1" in entry["Detail"] else None
    assert publisher.publish(entries(3), 1) == 0
    assert sorted(numbers(bus.entries)) == [0, 1, 2]


def test_hanging_request_is_given_up_after_a_stop(bus, monkeypatch):
    monkeypatch.setattr("poller.publisher.LAST_SECONDS", 0.1)
    stop, hanging = Event(), Event()

    def hang(_entries):
        stop.set()
        hanging.wait(5)
        return 200, {"FailedEntryCount": 0, "Entries": []}

    bus.put = hang
    with pytest.raises(UndeliveredError, match="1 events were not accepted"):
        Publisher(client(bus), "test", stop).publish(entries(1), 1)
    hanging.set()


LONG = "y" * 300_000


@pytest.mark.parametrize(
    "rejected",
    [
        Rejected(LONG, None, "r", "x"),
        Rejected("s", 1, LONG, "x"),
        Rejected("s", 10**18, "r", LONG),
        Rejected("\U0001f600" * 1000, None, "\ud800" * 1000, "\0" * 1000),
    ],
)
def test_every_rejection_fits_into_an_entry(rejected):
    [entry] = batching.entries([json.dumps(rejected.published())], batching.REJECTED)
    assert entry.size <= MAX_BYTES
