"""Transactions over a WebSocket: messages, lost connections, and failing servers."""

import json
import time
from itertools import islice
from threading import Event

import pytest

from poller.sources import blockchain, mempool, websocket
from tests.support.fake_sources import (
    TIME,
    RecordedWaits,
    raw_server,
    transaction,
    websocket_server,
)

UTX = {"lock_time": 0, "ver": 1, "size": 192, "relayed_by": "127.0.0.1", "vin_sz": 1}


@pytest.fixture(autouse=True)
def short_intervals(monkeypatch):
    """Check for a stop often: the messages of a test are sent at once."""
    monkeypatch.setattr(websocket, "STOP_INTERVAL", 0.01)


def message(number, **more):
    return json.dumps({"op": "utx", "x": UTX | transaction(number, **more)})


def send(*messages, stay=False):
    """Send messages, then close the connection, or wait until the poller does."""

    def handle(connection):
        for one in messages:
            connection.send(one)
        if stay:
            for _ in connection:
                pass

    return handle


def polled(url, count, form=blockchain.MESSAGES, stop=None, seconds=0.2):
    return list(islice(websocket.polls(url, form, seconds, stop or RecordedWaits()), count))


def fees(poll):
    return [one.fee for one in poll.transactions]


def test_fee_is_inputs_less_outputs():
    recorded = UTX | {
        "hash": "0857b9de1884eec314ecf67c040a2657b8e083e1f95e31d0b5ba3d328841fc7f",
        "time": 1440086763,
        "inputs": [{"sequence": 4294967295, "prev_out": {"spent": True, "value": 65574000}}],
        "out": [{"spent": False, "value": 65564000}],
    }
    with websocket_server(send(json.dumps({"op": "utx", "x": recorded}))) as (url, subscriptions):
        [poll] = polled(url, 1)
    assert subscriptions == [{"op": "unconfirmed_sub"}]
    [one] = poll.transactions
    assert one[:3] == (recorded["hash"], 1440086763, 10_000)
    assert json.loads(one.text)["size"] == 192


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"inputs": [{}]}, "fee is unknown: inputs or outputs are incomplete ('prev_out')"),
        ({"inputs": [{"prev_out": None}]}, "fee is unknown: inputs or outputs are incomplete"),
        ({"out": None}, "fee is unknown: inputs or outputs are incomplete"),
        ({"out": [{"value": "1"}]}, "fee is unknown: inputs or outputs are not integers"),
        ({"out": [{"value": 10**7}]}, "fee: got -"),
    ],
    ids=["no-prev-out", "null", "no-outputs", "text", "negative"],
)
def test_transaction_without_a_fee_is_rejected(more, reason):
    with websocket_server(send(message(1, **more), message(2))) as (url, _):
        [poll] = polled(url, 1)
    assert fees(poll) == [2]
    assert poll.rejected[0].reason.startswith(reason)


def test_other_messages_are_ignored_and_malformed_ones_are_rejected():
    with websocket_server(send('{"op":"pong"}', "[]", "<html>", message(1), b"\xff")) as (url, _):
        [poll] = polled(url, 1)
    assert fees(poll) == [1]
    assert [(one.source, one.raw) for one in poll.rejected] == [(url, "<html>"), (url, "�")]


def test_i9_quiet_connection_has_empty_polls():
    with websocket_server(send(message(1), stay=True)) as (url, subscriptions):
        polls = polled(url, 3, seconds=0.1)
    assert [fees(poll) for poll in polls] == [[1], [], []]
    assert [poll.time for poll in polls] == [TIME + 1] * 3
    assert not any(poll.gap for poll in polls)
    assert len(subscriptions) == 1


def test_i9_lost_connection_is_opened_again_and_leaves_a_gap(caplog):
    stop = RecordedWaits()
    with websocket_server(send(message(1)), send(message(2)), send(message(3), stay=True)) as (
        url,
        _,
    ):
        polls = polled(url, 4, stop=stop)
    assert [fees(poll) for poll in polls] == [[1], [2], [3], []]
    assert [poll.gap for poll in polls] == [False, True, True, False]
    assert [record.message for record in caplog.records] == ["connection lost, retrying"] * 2
    assert all(0.5 <= delay <= 1 for delay in stop.timeouts)  # reset by each success


def test_delays_grow_while_a_server_accepts_and_closes_connections():
    stop = RecordedWaits()
    with websocket_server(*[send()] * 4, send(message(1))) as (url, _):
        [poll] = polled(url, 1, stop=stop)
    assert not poll.gap  # there was nothing before it
    assert [0.5 * 2**n <= delay <= 2**n for n, delay in enumerate(stop.timeouts)] == [True] * 4


def test_silent_connection_counts_as_lost(monkeypatch, caplog):
    monkeypatch.setattr(websocket, "MAX_SILENCE", 0.05)
    with websocket_server(send(stay=True), send(message(1), stay=True)) as (url, _):
        polls = polled(url, 1, seconds=0.1)
    assert [fees(poll) for poll in polls] == [[1]]  # without any message there is no poll
    assert caplog.records[0].error == "no message for 0.05 s"


@pytest.mark.parametrize(
    ("refusal", "words", "low", "high"),
    [
        ((429, {"Retry-After": "40"}), "HTTP 429", 40, 40),
        ((503, {}), "HTTP 503", 0.5, 1),
    ],
    ids=["429", "503"],
)
def test_refused_handshake_honors_retry_after(refusal, words, low, high, caplog):
    stop = RecordedWaits()
    with websocket_server(send(message(1)), refusal=refusal) as (url, _):
        [poll] = polled(url, 1, stop=stop)
    assert fees(poll) == [1]
    assert caplog.records[0].error == words
    assert low <= stop.timeouts[0] <= high


def test_unreachable_server_is_retried(caplog):
    stop = Event()
    stop.wait = lambda _: stop.set()
    with websocket_server(send()) as (url, _):
        pass
    assert polled(url, 1, stop=stop) == []
    assert "refused" in caplog.records[0].error


def test_stop_delivers_what_arrived():
    stop = Event()

    def handle(connection):
        connection.send(message(1))
        connection.ping().wait(10)  # a pong: the message has arrived
        stop.set()
        send(stay=True)(connection)

    with websocket_server(handle) as (url, _):
        polls = polled(url, 5, stop=stop, seconds=60)
    assert [fees(poll) for poll in polls] == [[1]]


def test_messages_of_mempool_have_many_transactions():
    added = [
        {"txid": f"{n:064x}", "fee": n, "size": 9, "weight": 36, "firstSeen": TIME + n, "vin": []}
        for n in (2, 1)
    ]
    delta = {"sequence": 7, "added": added, "removed": [], "mined": [], "replaced": []}
    news = [{"mempool-transactions": delta}, {"mempoolInfo": {"size": 1}}]
    with websocket_server(send(*map(json.dumps, news))) as (url, subscriptions):
        [poll] = polled(url, 1, mempool.MESSAGES)
    assert subscriptions == [{"track-mempool": True}]
    assert [one[1:3] for one in poll.transactions] == [(TIME + 1, 1), (TIME + 2, 2)]
    assert json.loads(poll.transactions[0].text) == {
        "hash": f"{1:064x}",
        "time": TIME + 1,
        "fee": 1,
        "size": 9,
        "weight": 36,
    }


def changes(*numbers):
    """Return messages of mempool.space with these numbers, and some without."""
    return [
        json.dumps(message)
        for number in numbers
        for message in (
            {"mempool-transactions": {"sequence": number, "added": [], "removed": []}},
            {"mempoolInfo": {"size": 1}},
        )
    ]


@pytest.mark.parametrize(
    ("numbers", "gap"),
    [
        ([81419, 81420, 81421], False),
        ([81419, 81420, 81424], True),
        ([81419, 81419, 81420], False),
        ([81419, 5, 6], True),
        ([0, "1", None, 1.5, True, 1], False),
    ],
    ids=["consecutive", "missing", "repeated", "restarted", "no numbers"],
)
def test_i9_numbers_of_messages_show_a_gap(numbers, gap, caplog):
    with websocket_server(send(*changes(*numbers), stay=True)) as (url, _):
        [poll] = polled(url, 1, mempool.MESSAGES)
    assert poll.gap is gap
    missed = [record for record in caplog.records if record.message == "messages missed"]
    assert len(missed) == gap


def test_i9_numbers_continue_from_poll_to_poll_of_a_connection():
    stopped = Event()

    def handle(connection):
        for message in changes(1, 2):
            connection.send(message)
        stopped.wait(0.3)
        send(*changes(5), stay=True)(connection)

    with websocket_server(handle) as (url, _):
        gaps = [poll.gap for poll in polled(url, 5, mempool.MESSAGES, seconds=0.1)]
    assert gaps.count(True) == 1
    assert gaps[0] is False


def test_message_with_too_many_values_is_rejected(monkeypatch):
    monkeypatch.setattr(websocket, "MAX_VALUES", 100)
    with websocket_server(send("[" + "{}," * 100 + "0]", message(1))) as (url, _):
        [poll] = polled(url, 1)
    assert fees(poll) == [1]
    assert [one.reason for one in poll.rejected] == ["more than 100 values"]


def test_poll_ends_early_when_much_has_arrived(monkeypatch):
    monkeypatch.setattr(websocket, "MAX_POLL_BYTES", 2 * len(message(1)))
    with websocket_server(send(*map(message, range(1, 6)), stay=True)) as (url, _):
        polls = polled(url, 2, seconds=60)
    assert [fees(poll) for poll in polls] == [[1, 2], [3, 4]]


def test_repeated_retry_after_is_no_error(caplog):
    refusal = b"HTTP/1.1 503 No\r\nRetry-After: 40\r\nRetry-After: 50\r\nContent-Length: 0\r\n\r\n"
    stop = Event()
    stop.wait = lambda _: stop.set()
    with raw_server(refusal) as address:
        assert polled(f"ws://{address}", 1, stop=stop) == []
    assert (caplog.records[0].error, caplog.records[0].delay_seconds) == ("HTTP 503", 40)


@pytest.mark.parametrize("ahead", [1200, 23 * 3600])
def test_clock_is_bounded_by_the_moment_of_the_poll(ahead):
    now = int(time.time())
    with websocket_server(send(message(now - TIME), message(now - TIME + ahead))) as (url, _):
        [poll] = polled(url, 1)
    assert len(poll.transactions) == 2
    assert now - 5 <= poll.time <= time.time()
