"""Whatever a server sends: a failed poll is logged and repeated, and nothing else happens."""

import gzip
import zlib
from contextlib import suppress
from itertools import islice
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poller.backfill.blockchain_history import BlockchainHistory
from poller.backfill.http_history import HttpHistory
from poller.backfill.interleave import interleave
from poller.interruptible import StoppedError
from poller.poll import Poll
from poller.sources import blockchain, http_client, http_exchange, http_list, websocket
from poller.sources.http_client import NOTHING, HttpClient, HttpError
from tests.support.fake_sources import (
    TIME,
    RecordedWaits,
    dripping,
    http_server,
    json_response,
    listing,
    raw_server,
    transaction,
)
from tests.support.inline_executor import Inline

OK = b"HTTP/1.1 200 OK\r\n"
LABEL = b"a" * 70


def answer(status=b"200 OK", headers=b"", body=b"{}"):
    return b"HTTP/1.1 " + status + b"\r\n" + headers + b"\r\n" + body


def redirect(location):
    return answer(b"302 Found", b"Location: " + location + b"\r\nContent-Length: 0\r\n", b"")


def retry_after(value):
    return answer(b"503 Later", b"Retry-After: " + value + b"\r\n", b"")


HOSTILE = {
    "nothing": b"",
    "garbage": b"\xff\xfe\x00",
    "http 9": b"HTTP/9.9 200 OK\r\n\r\n{}",
    "status of letters": b"HTTP/1.1 abc OK\r\n\r\n",
    "status 999999": b"HTTP/1.1 999999 OK\r\n\r\n",
    "redirect in Latin-1": redirect(b"http://ex\xe4mple.com/\xff"),
    "redirect to an empty label": redirect(b"http://a..b/"),
    "redirect to a long label": redirect(b"http://" + LABEL + b".com/"),
    "redirect to a bad port": redirect(b"http://a:99999999/"),
    "redirect to an unclosed bracket": redirect(b"http://[::1/"),
    "redirect to a file": redirect(b"file:///etc/passwd"),
    "redirect to nowhere": answer(b"301 Moved", b"", b""),
    "repeated location": answer(b"302 Found", b"Location: a\r\nLocation: b\r\n", b""),
    "many headers": answer(headers=b"".join(b"X-%d: y\r\n" % n for n in range(5000))),
    "long header": answer(headers=b"X: " + b"y" * 200_000 + b"\r\n"),
    "header without colon": answer(headers=b"no colon here\r\n", body=b""),
    "null in header": answer(headers=b"X: \0\r\n", body=b""),
    "long status line": b"HTTP/1.1 200 " + b"y" * 200_000,
    "negative length": answer(headers=b"Content-Length: -5\r\n", body=b"no"),
    "length of words": answer(headers=b"Content-Length: many\r\n", body=b"no"),
    "two lengths": answer(headers=b"Content-Length: 2\r\nContent-Length: 9\r\n", body=b"no"),
    "short body": answer(headers=b"Content-Length: 50\r\n"),
    "odd chunk": answer(headers=b"Transfer-Encoding: chunked\r\n", body=b"zz\r\n{}\r\n0\r\n\r\n"),
    "negative chunk": answer(headers=b"Transfer-Encoding: chunked\r\n", body=b"-4\r\n{}\r\n"),
    "cut chunk": answer(headers=b"Transfer-Encoding: chunked\r\n", body=b"ff\r\n{}"),
    "huge chunk": answer(headers=b"Transfer-Encoding: chunked\r\n", body=b"f" * 99_999),
    "br": answer(headers=b"Content-Encoding: br\r\n"),
    "gzip twice": answer(headers=b"Content-Encoding: gzip, gzip\r\n"),
    "not gzip": answer(headers=b"Content-Encoding: gzip\r\n"),
    "cut gzip": answer(headers=b"Content-Encoding: gzip\r\n", body=gzip.compress(b"[]")[:-9]),
    "type in Latin-1": answer(headers=b"Content-Type: \xe4\xff\r\n", body=b"no"),
    "year 1": retry_after(b"Mon, 01 Jan 0001 00:00:00 GMT"),
    "year 99999": retry_after(b"Mon, 01 Jan 99999 00:00:00 GMT"),
    "zone of years": retry_after(b"Mon, 01 Jan 2024 00:00:00 +99999999999"),
    "infinite": retry_after(b"inf"),
    "retry in Latin-1": retry_after(b"\xb2"),
    "nested": answer(body=b"[" * 99_999),
    "long integer": answer(body=b"1" * 99_999),
    "not a number": answer(body=b"NaN"),
    "lone surrogate": answer(body=b'"\\ud800"'),
    "latin-1 body": answer(body=b'"\xe4"'),
    "other shape": answer(body=b'[{"txs": 1}]'),
    "unauthorized": answer(b"401 No", b"WWW-Authenticate: Basic\r\n", b"{}"),
    "partial": answer(b"206 Partial", b"", listing(1)[2]),
    "continue only": b"HTTP/1.1 100 Continue\r\n\r\n" * 50,
    "switching": answer(b"101 Switching Protocols", b"Upgrade: x\r\n"),
}
EACH = pytest.mark.parametrize("response", HOSTILE.values(), ids=HOSTILE.keys())
# What servers of the TLS port, of mail and others send, and mutations of proper responses.
BYTES = st.binary(max_size=200) | st.builds(
    lambda start, middle, end: answer()[:start] + middle + answer()[end:],
    st.integers(0, 30),
    st.binary(max_size=20),
    st.integers(0, 30),
)


def polled(url, count, stop=None):
    return list(islice(http_list.polls(url, blockchain.LIST, 1, stop or RecordedWaits()), count))


@EACH
def test_live_poll_is_repeated(response, caplog):
    good = answer(body=listing(1)[2])
    with raw_server(response, good) as address:
        [poll] = polled(f"http://{address}/", 1)
    assert [one.fee for one in poll.transactions] == [1]
    assert [record.message for record in caplog.records] == ["poll failed, retrying"]
    assert caplog.records[0].delay_seconds <= 600


@EACH
@pytest.mark.parametrize("kind", ["blocks", "list"])
def test_history_delays_only_itself(response, kind, caplog):
    with raw_server(response) as address:
        client, url = HttpClient(Event()), f"http://{address}/"
        history = (
            BlockchainHistory(client, url, TIME)
            if kind == "blocks"
            else HttpHistory(client, url, blockchain.LIST, TIME)
        )
        found = list(interleave(iter([Poll(TIME)] * 3), history, executor=Inline()))
    assert len(found) == 3  # no more, no less
    assert {record.message for record in caplog.records} == {"history not available, retrying"}


@EACH
def test_websocket_is_connected_again(response, caplog):
    stop = RecordedWaits()
    with raw_server(response) as address:
        polls = websocket.polls(f"ws://{address}/", blockchain.MESSAGES, 1, stop)
        stop.wait = lambda _: stop.timeouts.append(0) or (len(stop.timeouts) > 1 and stop.set())
        assert list(polls) == []
    assert {record.message for record in caplog.records} == {"connection lost, retrying"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(BYTES)
def test_any_bytes_are_a_response_or_an_error(response):
    with raw_server(response) as address, suppress(HttpError):
        HttpClient(Event()).fetch(f"http://{address}/")


DRIPPING = {
    "status line": dripping(b"HTTP/1.1 200 ", b"x"),
    "headers": dripping(OK + b"X: ", b"y"),
    "interim responses": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body": dripping(answer(body=b"")),
    "body of a redirect": dripping(redirect(b"/x").replace(b"Content-Length: 0\r\n", b"")),
    "chunks": dripping(answer(headers=b"Transfer-Encoding: chunked\r\n", body=b""), b"1\r\nx\r\n"),
    "trailers": dripping(
        answer(headers=b"Transfer-Encoding: chunked\r\n", body=b"2\r\n{}\r\n0\r\n"), b"X: y\r\n"
    ),
}


@pytest.mark.parametrize("response", DRIPPING.values(), ids=DRIPPING.keys())
def test_one_deadline_for_the_whole_exchange(response, monkeypatch):
    monkeypatch.setattr(http_client, "MAX_SECONDS", 0.2)
    with (
        raw_server(response) as address,
        pytest.raises(HttpError, match=r"took more than 0\.2 s"),
    ):
        HttpClient(Event()).fetch(f"http://{address}/")


@pytest.mark.parametrize("response", DRIPPING.values(), ids=DRIPPING.keys())
def test_a_stop_interrupts_the_exchange(response):
    stop = Event()

    def stopping(closed):
        stop.set()
        yield from response(closed)

    with raw_server(stopping) as address, pytest.raises(StoppedError):
        HttpClient(stop).fetch(f"http://{address}/")


@pytest.mark.parametrize("response", DRIPPING.values(), ids=DRIPPING.keys())
def test_a_stop_interrupts_the_handshake_of_a_websocket(response):
    stop = Event()

    def stopping(closed):
        stop.set()
        yield from response(closed)

    with raw_server(stopping) as address:
        polls = websocket.polls(f"ws://{address}/", blockchain.MESSAGES, 1, stop)
        assert list(polls) == []


def test_handshake_of_tls_has_the_same_deadline(monkeypatch):
    monkeypatch.setattr(http_client, "MAX_SECONDS", 0.3)
    record = b"\x16\x03\x03\x40\x00"  # the beginning of a record of 16 KB
    with (
        raw_server(dripping(record, b"\x02")) as address,
        pytest.raises(HttpError, match=r"took more than 0\.3 s"),
    ):
        HttpClient(Event()).fetch(f"https://{address}/")


def test_unpacked_body_has_the_limit_of_bytes(monkeypatch):
    monkeypatch.setattr(http_client, "MAX_BYTES", 1_000_000)
    packed = gzip.compress(b" " * 100_000_000)
    assert len(packed) < 1_000_000
    response = answer(headers=b"Content-Encoding: gzip\r\n", body=packed)
    with raw_server(response) as address, pytest.raises(HttpError, match="more than 1000000 byt"):
        HttpClient(Event()).fetch(f"http://{address}/")


def test_packed_body_has_the_limit_of_bytes(monkeypatch):
    monkeypatch.setattr(http_client, "MAX_BYTES", 10_000)
    empty_members = gzip.compress(b"") * 1000
    response = answer(headers=b"Content-Encoding: gzip\r\n", body=empty_members)
    with raw_server(response) as address, pytest.raises(HttpError, match="more than 10000 bytes"):
        HttpClient(Event()).fetch(f"http://{address}/")


def test_no_piece_of_unpacked_data_is_large():
    packed = gzip.compress(b" " * 10_000_000)
    pieces = list(http_exchange.unzipped(iter([packed])))
    assert max(map(len, pieces)) <= http_exchange.CHUNK
    assert sum(map(len, pieces)) == 10_000_000


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_gzip_members_are_unpacked_whatever_the_pieces(size):
    body = gzip.compress(b"[1,") + gzip.compress(b"2]")
    pieces = [body[n : n + size] for n in range(0, len(body), size)]
    assert b"".join(http_exchange.unzipped(iter(pieces))) == b"[1,2]"


def test_packed_response_is_understood():
    response = answer(headers=b"Content-Encoding: gzip\r\n", body=gzip.compress(b"[1]"))
    with raw_server(response) as address:
        assert HttpClient(Event()).fetch(f"http://{address}/") == [1]


def test_deflated_response_is_not_what_was_asked_for():
    response = answer(headers=b"Content-Encoding: deflate\r\n", body=zlib.compress(b"[1]"))
    with raw_server(response) as address, pytest.raises(HttpError, match="Content-Encoding: got"):
        HttpClient(Event()).fetch(f"http://{address}/")


@pytest.mark.parametrize("body", [b"{},", b"[],", b'{"":0},', b"0,"])
def test_number_of_values_is_limited_before_they_are_decoded(body, monkeypatch):
    monkeypatch.setattr(http_client, "MAX_VALUES", 1000)
    text = b"[" + body * 1001 + b"0]"
    with raw_server(answer(body=text)) as address, pytest.raises(HttpError, match="1000 values"):
        HttpClient(Event()).fetch(f"http://{address}/")


def test_number_of_invalid_items_is_limited(monkeypatch, caplog):
    monkeypatch.setattr("poller.sources.format.MAX_REJECTED", 3)
    with http_server(json_response({"txs": [0] * 4}), listing(1)) as url:
        [poll] = polled(url, 1)
    assert (len(poll.transactions), poll.rejected) == (1, [])
    assert caplog.records[0].error.startswith("more than 3 invalid items, first: transaction: got")


@pytest.mark.parametrize("status", ["204 No Content", "205 Reset Content"])
def test_no_content_is_a_successful_poll_without_items(status, caplog):
    with raw_server(answer(status.encode(), b"", b"")) as address:
        polls = polled(f"http://{address}/", 2)
        assert HttpClient(Event()).fetch(f"http://{address}/") is NOTHING
    assert [(poll.transactions, poll.gap) for poll in polls] == [([], False)] * 2
    assert all(poll.polled_at for poll in polls)  # the heartbeat
    assert caplog.records == []


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "203 Transformed"])
def test_every_success_is_one(status):
    with raw_server(answer(status.encode(), body=listing(1)[2])) as address:
        [poll] = polled(f"http://{address}/", 1)
    assert len(poll.transactions) == 1


def test_no_content_of_the_history_is_its_end():
    with raw_server(answer(b"204 No Content", b"", b"")) as address:
        history = HttpHistory(HttpClient(Event()), f"http://{address}/", blockchain.LIST, TIME)
        poll, seconds = history.next_part(TIME)
    assert (poll.transactions, seconds) == ([], float("inf"))


def test_redirect_is_reported_and_not_followed(caplog):
    with http_server(listing(1)) as elsewhere:
        location = elsewhere.encode()
        with raw_server(redirect(location), answer(body=listing(2)[2])) as address:
            [poll] = polled(f"http://{address}/", 1)
    assert [one.fee for one in poll.transactions] == [2]
    expected = f"HTTP 302: redirected to '{elsewhere}', which is not followed"
    assert caplog.records[0].error.startswith(expected)


def test_slow_history_delays_no_live_poll():
    with raw_server(dripping(answer(body=b""))) as address:
        stop = Event()
        history = BlockchainHistory(HttpClient(stop), f"http://{address}", TIME)
        found = list(interleave(iter([Poll(TIME)] * 50), history))
        stop.set()
    assert len(found) == 50


@pytest.mark.parametrize("path", ["", "/p/../ä b?key=ü&x=%20", "?q"])
def test_any_path_is_requested(path):
    with http_server(json_response([])) as url:
        assert HttpClient(Event()).fetch(url.rstrip("/") + path) == []


def test_user_and_password_of_the_url_are_sent_and_never_logged(caplog):

    def failing(closed):
        yield answer(b"500 No", b"", b"")

    with raw_server(failing, answer(body=listing(1)[2])) as address:
        url = f"http://me:s3cret@{address}/v1/k3y?token=t0ken"
        [poll] = polled(url, 1)
    logged = "".join(str(vars(record)) for record in caplog.records)
    assert "HTTP 500" in logged
    assert not [secret for secret in ("s3cret", "k3y", "t0ken") if secret in logged]
    assert poll.rejected == []


def test_rejected_items_do_not_name_secrets_of_the_url():
    bad = {"txs": [transaction(1, fee="x")]}
    with http_server(json_response(bad)) as url:
        [poll] = polled(url + "k3y?token=t0ken", 1)
    assert poll.rejected[0].source == url.rstrip("/")
