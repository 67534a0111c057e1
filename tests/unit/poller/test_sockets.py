"""Transactions over a WebSocket: messages, lost connections, and servers that refuse."""

import json
from itertools import islice
from threading import Event

import pytest

from poller.sources import blockchain, mempool, sockets
from tests.unit.poller.upstream import TIME, Waits, socket_site, transaction

UTX = {"lock_time": 0, "ver": 1, "size": 192, "relayed_by": "127.0.0.1", "vin_sz": 1}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """A second of polling is long enough for messages that are sent at once."""
    monkeypatch.setattr(sockets, "GLANCE", 0.01)


def message(number, **more):
    return json.dumps({"op": "utx", "x": UTX | transaction(number, **more)})


def talk(*messages, stay=False):
    """Send messages, then hang up, or stay until the poller does."""

    def speak(connection):
        for one in messages:
            connection.send(one)
        if stay:
            for _ in connection:
                pass

    return speak


def polled(url, count, form=blockchain.MESSAGES, stop=None, seconds=0.2):
    return list(islice(sockets.polls(url, form, seconds, stop or Waits()), count))


def fees(poll):
    return [one.fee for one in poll.transactions]


def test_fee_is_what_inputs_hold_and_outputs_do_not():
    recorded = UTX | {
        "hash": "0857b9de1884eec314ecf67c040a2657b8e083e1f95e31d0b5ba3d328841fc7f",
        "time": 1440086763,
        "inputs": [{"sequence": 4294967295, "prev_out": {"spent": True, "value": 65574000}}],
        "out": [{"spent": False, "value": 65564000}],
    }
    with socket_site(talk(json.dumps({"op": "utx", "x": recorded}))) as (url, asked):
        [poll] = polled(url, 1)
    assert asked == [{"op": "unconfirmed_sub"}]
    [one] = poll.transactions
    assert one[:3] == (recorded["hash"], 1440086763, 10_000)
    assert json.loads(one.text)["size"] == 192


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"inputs": [{}]}, "fee is unknown: inputs or outputs are incomplete ('prev_out')"),
        ({"inputs": [{"prev_out": None}]}, "fee is unknown: inputs or outputs are incomplete"),
        ({"out": None}, "fee is unknown: inputs or outputs are incomplete"),
        ({"out": [{"value": "1"}]}, "fee is unknown: inputs or outputs are no integers"),
        ({"out": [{"value": 10**7}]}, "fee is not between 0 and"),
    ],
    ids=["no-prev-out", "null", "no-outputs", "text", "negative"],
)
def test_transaction_without_a_fee_is_set_aside(more, reason):
    with socket_site(talk(message(1, **more), message(2))) as (url, _):
        [poll] = polled(url, 1)
    assert fees(poll) == [2]
    assert poll.rejected[0].reason.startswith(reason)


def test_other_messages_are_nothing_and_broken_ones_are_set_aside():
    with socket_site(talk('{"op":"pong"}', "[]", "<html>", message(1), b"\xff")) as (url, _):
        [poll] = polled(url, 1)
    assert fees(poll) == [1]
    assert [(one.source, one.raw) for one in poll.rejected] == [(url, "<html>"), (url, "�")]


def test_i9_quiet_connection_gives_empty_polls():
    with socket_site(talk(message(1), stay=True)) as (url, asked):
        polls = polled(url, 3, seconds=0.1)
    assert [fees(poll) for poll in polls] == [[1], [], []]
    assert [poll.time for poll in polls] == [TIME + 1] * 3
    assert not any(poll.gap for poll in polls)
    assert len(asked) == 1


def test_i9_lost_connection_is_made_again_and_leaves_a_gap(caplog):
    stop = Waits()
    with socket_site(talk(message(1)), talk(message(2)), talk(message(3), stay=True)) as (url, _):
        polls = polled(url, 4, stop=stop)
    assert [fees(poll) for poll in polls] == [[1], [2], [3], []]
    assert [poll.gap for poll in polls] == [False, True, True, False]
    assert [record.message for record in caplog.records] == ["connection lost, trying again"] * 2
    assert all(0.5 <= delay <= 1 for delay in stop.asked)  # it worked: the delays do not grow


def test_delays_grow_while_a_server_accepts_and_hangs_up():
    stop = Waits()
    with socket_site(*[talk()] * 4, talk(message(1))) as (url, _):
        [poll] = polled(url, 1, stop=stop)
    assert not poll.gap  # there was nothing before it
    assert [0.5 * 2**n <= delay <= 2**n for n, delay in enumerate(stop.asked)] == [True] * 4


def test_silent_connection_is_given_up(monkeypatch, caplog):
    monkeypatch.setattr(sockets, "SILENCE", 0.05)
    with socket_site(talk(stay=True), talk(message(1), stay=True)) as (url, _):
        polls = polled(url, 1, seconds=0.1)
    assert [fees(poll) for poll in polls] == [[1]]  # one that never spoke makes no poll
    assert caplog.records[0].error == "no message for 0.05 s"


@pytest.mark.parametrize(
    ("refusal", "words", "least", "most"),
    [
        ((429, {"Retry-After": "40"}), "HTTP 429", 40, 40),
        ((503, {}), "HTTP 503", 0.5, 1),
    ],
    ids=["429", "503"],
)
def test_refused_handshake_is_tried_when_the_server_says(refusal, words, least, most, caplog):
    stop = Waits()
    with socket_site(talk(message(1)), refusal=refusal) as (url, _):
        [poll] = polled(url, 1, stop=stop)
    assert fees(poll) == [1]
    assert caplog.records[0].error == words
    assert least <= stop.asked[0] <= most


def test_unreachable_server_is_tried_again(caplog):
    stop = Event()
    stop.wait = lambda _: stop.set()
    with socket_site(talk()) as (url, _):
        pass
    assert polled(url, 1, stop=stop) == []
    assert "refused" in caplog.records[0].error


def test_stop_hands_over_what_came():
    stop = Event()

    def speak(connection):
        connection.send(message(1))
        connection.ping().wait(10)  # answered, so the message has arrived
        stop.set()
        talk(stay=True)(connection)

    with socket_site(speak) as (url, _):
        polls = polled(url, 5, stop=stop, seconds=60)
    assert [fees(poll) for poll in polls] == [[1]]


def test_mempools_messages_hold_many_transactions():
    added = [
        {"txid": f"{n:064x}", "fee": n, "size": 9, "weight": 36, "firstSeen": TIME + n, "vin": []}
        for n in (2, 1)
    ]
    delta = {"sequence": 7, "added": added, "removed": [], "mined": [], "replaced": []}
    news = [{"mempool-transactions": delta}, {"mempoolInfo": {"size": 1}}]
    with socket_site(talk(*map(json.dumps, news))) as (url, asked):
        [poll] = polled(url, 1, mempool.MESSAGES)
    assert asked == [{"track-mempool": True}]
    assert [one[1:3] for one in poll.transactions] == [(TIME + 1, 1), (TIME + 2, 2)]
    assert json.loads(poll.transactions[0].text) == {
        "hash": f"{1:064x}",
        "time": TIME + 1,
        "fee": 1,
        "size": 9,
        "weight": 36,
    }
