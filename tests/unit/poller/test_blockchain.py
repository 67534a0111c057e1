"""blockchain.info's list, as it answers on good and on bad days."""

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from threading import Event, Thread

import pytest

from poller.seen import Seen
from poller.sources import blockchain

TIME = 1_728_518_400


def listing(*numbers):
    """The newest first, as blockchain.info lists them."""
    txs = [{"hash": f"{n:064x}", "time": TIME + n, "fee": n, "inputs": []} for n in numbers]
    return 200, {"Content-Type": "application/json"}, json.dumps({"txs": txs}).encode()


@contextmanager
def site(*answers):
    waiting = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, headers, body = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            if status is None:
                return  # hang up
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


class Waits(Event):
    """Does not wait, but remembers how long it should have."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def wait(self, timeout=None):
        self.asked.append(timeout)
        return self.is_set()


def polled(url, count, stop=None):
    return list(islice(blockchain.polls(url, 10, stop or Waits()), count))


def fees(poll):
    return [one.fee for one in poll.transactions]


def test_oldest_comes_first_and_time_follows_the_largest():
    with site(listing(3, 2, 1), listing(2)) as url:
        first, second = polled(url, 2)
    assert fees(first) == [1, 2, 3]
    assert (first.time, second.time) == (TIME + 3, TIME + 3)


def test_what_the_poll_before_had_is_not_handed_on_again():
    seen = Seen()
    with site(listing(3, 2, 1), listing(4, 3, 2)) as url:
        fresh = [[one.fee for one in seen.fresh(poll.transactions)] for poll in polled(url, 2)]
    assert fresh == [[1, 2, 3], [4]]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((200, {"Content-Type": "text/html"}, b"<html>busy</html>"), "not JSON but text/html"),
        ((200, {}, b"\xff\xfe"), "not JSON but None"),
        ((200, {}, b'{"error": 1}'), "no list named txs"),
        ((200, {}, b"[]"), "no list named txs"),
        ((503, {}, b"later"), "HTTP 503"),
        ((None, {}, b""), "Remote end closed connection"),
    ],
    ids=["html", "bytes", "error", "list", "503", "hang-up"],
)
def test_bad_answer_is_logged_and_asked_again(answer, words, caplog):
    with site(answer, listing(1)) as url:
        [poll] = polled(url, 1)
    assert fees(poll) == [1]
    assert words in caplog.records[0].error


def test_slow_answer_is_given_up(monkeypatch, caplog):
    monkeypatch.setattr(blockchain, "TIMEOUT", (1, 0.05))
    silent, stop = Event(), Waits()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            silent.wait(5)
            stop.set()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    stop.wait = lambda _: stop.set()
    assert polled(f"http://127.0.0.1:{server.server_port}/", 1, stop) == []
    silent.set()
    server.shutdown()
    server.server_close()
    assert "timed out" in caplog.records[0].error


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [("40", 40, 40), ("99999", 600, 600), ("soon", 0.5, 1), ("", 0.5, 1)],
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
        for _ in blockchain.polls(url, 3600, stop):
            stop.set()
