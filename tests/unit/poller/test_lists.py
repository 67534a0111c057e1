"""Lists over HTTP, as servers answer on good and on bad days."""

import json
import time
from email.utils import formatdate
from itertools import islice
from threading import Event

import pytest

from poller.seen import Seen
from poller.sources import answers, blockchain, lists, mempool
from tests.unit.poller.upstream import TIME, Waits, answer, listing, site


def polled(url, count, stop=None, form=blockchain.LIST):
    return list(islice(lists.polls(url, form, 10, stop or Waits()), count))


def fees(poll):
    return [one.fee for one in poll.transactions]


def test_oldest_comes_first_and_time_follows_the_largest():
    with site(listing(3, 2, 1), listing(2)) as url:
        first, second = polled(url, 2)
    assert fees(first) == [1, 2, 3]
    assert (first.time, second.time) == (TIME + 3, TIME + 3)


def test_poll_says_when_it_was_made():
    with site(listing(1), listing()) as url:
        polls = polled(url, 2)
    assert all(abs(poll.at - time.time()) < 60 for poll in polls)


def test_what_the_poll_before_had_is_not_handed_on_again():
    seen = Seen()
    with site(listing(3, 2, 1), listing(4, 3, 2)) as url:
        fresh = [[one.fee for one in seen.fresh(poll.transactions)] for poll in polled(url, 2)]
    assert fresh == [[1, 2, 3], [4]]


def test_i9_lists_that_share_nothing_have_a_gap_between_them(caplog):
    listings = [listing(), listing(1), listing(2, 1), listing(), listing(3, 2), listing(5, 4)]
    with site(*listings) as url:
        gaps = [poll.gap for poll in polled(url, len(listings))]
    assert gaps == [False, False, False, False, False, True]
    assert [record.message for record in caplog.records] == ["transactions missed between polls"]


def cut(status=200):
    """A body that ends before its length."""
    whole = listing(1)[2]
    return status, {"Content-Length": str(len(whole))}, whole[:-20]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ((200, {"Content-Type": "text/html"}, b"<html>busy</html>"), "not JSON but text/html"),
        ((200, {}, b"\xff\xfe"), "not JSON but None"),
        ((200, {}, listing(1)[2][:-20]), "not JSON but None"),
        (cut(), "the answer broke off after"),
        (cut(503), "the answer broke off after"),
        ((200, {}, b'{"error": 1}'), "no list where it should be"),
        ((200, {}, b"[]"), "no list where it should be"),
        ((200, {"Content-Encoding": "gzip"}, b"no"), "the answer broke off"),
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
def test_bad_answer_is_logged_and_asked_again(bad, words, caplog):
    with site(bad, listing(1)) as url:
        [poll] = polled(url, 1)
    assert fees(poll) == [1]
    assert words in caplog.records[0].error


def test_silent_server_is_given_up(monkeypatch, caplog):
    monkeypatch.setattr(answers, "TIMEOUT", (1, 0.05))
    silent, stop = Event(), Event()
    stop.wait = lambda _: stop.set()

    def body():
        silent.wait(5)
        yield b""

    with site((200, {}, body())) as url:
        assert polled(url, 1, stop) == []
        silent.set()
    assert "timed out" in caplog.records[0].error


def test_dripping_answer_is_given_up(monkeypatch, caplog):
    monkeypatch.setattr(answers, "LONGEST_ANSWER", 0.05)
    done, stop = Event(), Event()
    stop.wait = lambda _: stop.set()

    def body():
        while not done.wait(0.01):
            yield b" "

    with site((200, {}, body())) as url:
        assert polled(url, 1, stop) == []
        done.set()
    assert "took more than 0.05 s" in caplog.records[0].error


def test_endless_answer_is_given_up(monkeypatch, caplog):
    monkeypatch.setattr(answers, "MAX_BYTES", 1000)
    with site((200, {}, b" " * 1001), listing(1)) as url:
        polled(url, 1)
    assert caplog.records[0].error == "an answer of more than 1000 bytes"


@pytest.mark.parametrize(
    ("header", "least", "most"),
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
def test_server_that_says_when_is_asked_then(header, least, most):
    stop = Waits()
    with site((429, {"Retry-After": header}, b"slow down"), listing(1)) as url:
        polled(url, 1, stop)
    assert least <= stop.asked[0] <= most


def test_delays_grow_while_failures_last():
    stop = Waits()
    with site(*[(503, {}, b"")] * 5, listing(1)) as url:
        polled(url, 1, stop)
    assert [0.5 * 2**n <= delay <= 2**n for n, delay in enumerate(stop.asked)] == [True] * 5


def test_single_bad_transaction_is_set_aside():
    status, headers, body = listing(2, 1)
    body = body.replace(b'"fee": 2', b'"fee": "2"')
    with site((status, headers, body)) as url:
        [poll] = polled(url, 1)
        assert fees(poll) == [1]
        [refused] = poll.rejected
    assert (refused.source, refused.line) == (url, None)
    assert refused.reason == "fee is not an integer: '2'"
    assert json.loads(refused.raw)["time"] == TIME + 2


def test_stop_ends_the_polling():
    stop = Event()
    with site(listing(1)) as url:
        for _ in lists.polls(url, blockchain.LIST, 3600, stop):
            stop.set()


def test_mempools_list_has_the_time_of_the_poll():
    item = {"txid": "AB" * 32, "fee": 846, "vsize": 140.25, "value": 9000}
    with site(answer([item, "no", {"fee": 1}])) as url:
        [poll] = polled(url, 1, form=mempool.LIST)
    [one] = poll.transactions
    assert one[:3] == ("ab" * 32, poll.at, 846)
    assert json.loads(one.text)["vsize"] == 140.25
    assert [refused.reason for refused in poll.rejected] == [
        "not a JSON object: 'no'",
        "hash is not 64 hex digits: None",
    ]
