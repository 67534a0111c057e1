"""Lists over HTTP, with the responses of working and failing servers."""

import json
import time
from email.utils import formatdate
from itertools import islice
from threading import Event

import pytest

from common.transaction import MAX_FEE
from poller.deduplication import Deduplication
from poller.sources import blockchain, http_client, http_exchange, http_list, mempool
from tests.support.fake_sources import TIME, RecordedWaits, http_server, json_response, listing


def polled(url, count, stop=None, form=blockchain.LIST):
    return list(islice(http_list.polls(url, form, 10, stop or RecordedWaits()), count))


def fees(poll):
    return [one.fee for one in poll.transactions]


def test_oldest_comes_first_and_time_follows_the_largest():
    with http_server(listing(3, 2, 1), listing(2)) as url:
        first, second = polled(url, 2)
    assert fees(first) == [1, 2, 3]
    assert (first.time, second.time) == (TIME + 3, TIME + 3)


def test_poll_has_its_own_time():
    with http_server(listing(1), listing()) as url:
        polls = polled(url, 2)
    assert all(abs(poll.polled_at - time.time()) < 60 for poll in polls)


def test_transactions_of_the_previous_poll_are_not_new():
    deduplication = Deduplication()
    with http_server(listing(3, 2, 1), listing(4, 3, 2)) as url:
        new = [
            [one.fee for one in deduplication.new(poll.transactions)] for poll in polled(url, 2)
        ]
    assert new == [[1, 2, 3], [4]]


def test_i9_lists_without_overlap_have_a_gap_between_them(caplog):
    listings = [listing(), listing(1), listing(2, 1), listing(), listing(3, 2), listing(5, 4)]
    with http_server(*listings) as url:
        gaps = [poll.gap for poll in polled(url, len(listings))]
    assert gaps == [False, False, False, False, False, True]
    assert [record.message for record in caplog.records] == ["transactions missed between polls"]


def truncated(status=200):
    """Return a body that ends before its Content-Length."""
    body = listing(1)[2]
    return status, {"Content-Length": str(len(body))}, body[:-20]


@pytest.mark.parametrize(
    ("response", "words"),
    [
        ((200, {"Content-Type": "text/html"}, b"<html>busy</html>"), "not JSON but text/html"),
        ((200, {}, b"\xff\xfe"), "not JSON but None"),
        ((200, {}, listing(1)[2][:-20]), "not JSON but None"),
        (truncated(), "the response broke off after"),
        (truncated(503), "the response broke off after"),
        ((200, {}, b'{"error": 1}'), "the response has no list"),
        ((200, {}, b"[]"), "the response has no list"),
        ((200, {"Content-Encoding": "gzip"}, b"no"), "the response broke off"),
        ((503, {"Content-Type": "text/html"}, b"<html>later</html>"), "HTTP 503: '<html>later"),
        ((None, {}, b""), "Remote end closed connection"),
    ],
    ids=[
        "html",
        "bytes",
        "truncated",
        "cut",
        "cut-503",
        "error",
        "list",
        "gzip",
        "503",
        "hang-up",
    ],
)
def test_bad_response_is_logged_and_retried(response, words, caplog):
    with http_server(response, listing(1)) as url:
        [poll] = polled(url, 1)
    assert fees(poll) == [1]
    assert words in caplog.records[0].error


def test_silent_server_times_out(monkeypatch, caplog):
    monkeypatch.setattr(http_exchange, "SILENCE_SECONDS", 0.05)
    silent, stop = Event(), Event()
    stop.wait = lambda _: stop.set()

    def body():
        silent.wait(5)
        yield b""

    with http_server((200, {}, body())) as url:
        assert polled(url, 1, stop) == []
        silent.set()
    assert "timed out" in caplog.records[0].error


def test_slow_response_times_out(monkeypatch, caplog):
    monkeypatch.setattr(http_client, "MAX_SECONDS", 0.05)
    done, stop = Event(), Event()
    stop.wait = lambda _: stop.set()

    def body():
        while not done.wait(0.01):
            yield b" "

    with http_server((200, {}, body())) as url:
        assert polled(url, 1, stop) == []
        done.set()
    assert "took more than 0.05 s" in caplog.records[0].error


def test_endless_response_is_aborted(monkeypatch, caplog):
    monkeypatch.setattr(http_client, "MAX_BYTES", 1000)
    with http_server((200, {}, b" " * 1001), listing(1)) as url:
        polled(url, 1)
    assert caplog.records[0].error == "the response has more than 1000 bytes"


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [
        ("40", 40, 40),
        ("99999", 600, 600),
        (formatdate(time.time() + 200, usegmt=True), 1, 200),
        (formatdate(0, usegmt=True), 0.5, 1),
        ("soon", 0.5, 1),
        ("", 0.5, 1),
    ],
    ids=["seconds", "too-long", "date", "past-date", "words", "empty"],
)
def test_retry_after_is_honored(header, low, high):
    stop = RecordedWaits()
    with http_server((429, {"Retry-After": header}, b"slow down"), listing(1)) as url:
        polled(url, 1, stop)
    assert low <= stop.timeouts[0] <= high


def test_delays_grow_while_failures_last():
    stop = RecordedWaits()
    with http_server(*[(503, {}, b"")] * 5, listing(1)) as url:
        polled(url, 1, stop)
    assert [0.5 * 2**n <= delay <= 2**n for n, delay in enumerate(stop.timeouts)] == [True] * 5


def test_single_invalid_transaction_is_rejected():
    status, headers, body = listing(2, 1)
    body = body.replace(b'"fee": 2', b'"fee": "2"')
    with http_server((status, headers, body)) as url:
        [poll] = polled(url, 1)
        assert fees(poll) == [1]
        [rejected] = poll.rejected
    assert (rejected.source, rejected.line) == (url.rstrip("/"), None)
    assert rejected.reason == f"fee: got '2', expected an integer from 0 to {MAX_FEE}"
    assert json.loads(rejected.raw)["time"] == TIME + 2


def test_stop_ends_the_polling():
    stop = Event()
    with http_server(listing(1)) as url:
        for _ in http_list.polls(url, blockchain.LIST, 3600, stop):
            stop.set()


def test_items_of_mempools_list_have_the_time_of_the_poll():
    item = {"txid": "AB" * 32, "fee": 846, "vsize": 140.25, "value": 9000}
    with http_server(json_response([item, "no", {"fee": 1}])) as url:
        [poll] = polled(url, 1, form=mempool.LIST)
    [one] = poll.transactions
    assert one[:3] == ("ab" * 32, poll.polled_at, 846)
    assert json.loads(one.text)["vsize"] == 140.25
    assert [rejected.reason for rejected in poll.rejected] == [
        "transaction: got 'no', expected a JSON object",
        "hash: got None, expected 64 hex digits",
    ]


@pytest.mark.parametrize("ahead", [1200, 23 * 3600])
def test_item_from_the_future_does_not_move_the_clock_of_later_polls(ahead):
    now = int(time.time())
    ahead_of_time, normal = now - TIME + ahead, now - TIME - 60
    with http_server(listing(ahead_of_time), listing(ahead_of_time, normal)) as url:
        first, second = polled(url, 2)
    assert fees(first) == [ahead_of_time]  # it keeps its time
    assert first.transactions[0].time == now + ahead
    assert now - 5 <= first.time <= second.time <= time.time()


def test_item_more_than_a_day_ahead_is_rejected():
    now = int(time.time())
    with http_server(listing(now - TIME + 86_460, 1)) as url:
        [poll] = polled(url, 1)
    assert fees(poll) == [1]
    assert poll.rejected[0].reason.startswith("time: got ")
