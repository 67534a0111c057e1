"""Backfill: missed transactions come from the history, into their own minutes, once."""

import gzip
import json
from itertools import islice
from threading import Event

import boto3
import pytest
from moto import mock_aws

from poller.backfill.archived_hashes import archived_hashes
from poller.backfill.blockchain_history import BlockchainHistory
from poller.backfill.http_history import HttpHistory
from poller.backfill.interleave import interleave
from poller.config import Mapping
from poller.deduplication import Deduplication
from poller.poll import Poll
from poller.sources.http_client import HttpClient
from poller.sources.mapping import mapped_format
from tests.support.fake_sources import TIME, http_server, json_response, transaction
from tests.support.inline_executor import Inline

HOUR = 3600


class Ticks:
    """A clock that advances by 30 s with every call."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 30
        return self.now


def backfill(polls, history, clock=None):
    return interleave(polls, history, clock or Ticks(), Inline())


def live(count=10_000):
    return (Poll(TIME + 9_000, polled_at=TIME + 9_000 + n) for n in range(count))


def block(name, before, time, *transactions):
    coinbase = transaction(9999, fee=0, inputs=[{"index": 0, "prev_out": None}])
    shape = {"hash": name, "prev_block": before, "time": time, "tx": [coinbase, *transactions]}
    return f"/rawblock/{name}", json_response(shape)


def paid(number, time=None):
    return transaction(number, fee=number, **({} if time is None else {"time": time}))


def latest(name):
    return {"/latestblock": json_response({"hash": name, "time": TIME, "height": 1})}


CHAIN = dict(
    [
        block("c", "b", TIME + 7200, paid(5), paid(6)),
        block("b", "a", TIME + 3600, paid(4), paid(2, TIME - 1)),
        block("a", "z", TIME - 1, paid(3)),
        block("z", "y", TIME - 600, paid(1)),
    ]
)


def backfilled(polls, count):
    """Return the first fees from the history, by poll."""
    with_some = (poll for poll in polls if poll.transactions)
    return [[one.fee for one in poll.transactions] for poll in islice(with_some, count)]


def test_blocks_are_read_back_to_the_time_and_then_as_they_arrive():
    paths = latest("c") | CHAIN
    with http_server(paths=paths) as url:
        polls = backfill(live(), BlockchainHistory(HttpClient(Event()), url, TIME))
        assert backfilled(polls, 3) == [[5, 6], [4], [3]]
        paths |= latest("e") | dict(
            [block("e", "d", TIME + 9000, paid(8)), block("d", "c", TIME + 8000, paid(7))]
        )
        assert backfilled(polls, 2) == [[8], [7]]
        assert backfilled(islice(polls, 50), 1) == []


def test_backfilled_transactions_keep_their_time_and_the_time_of_events_does_not_decrease():
    with http_server(paths=latest("c") | CHAIN) as url:
        polls = backfill(live(), BlockchainHistory(HttpClient(Event()), url, TIME))
        first = next(poll for poll in polls if poll.transactions)
    assert [one.time for one in first.transactions] == [TIME + 5, TIME + 6]
    assert first.time == TIME + 9_000
    assert not first.rejected


def test_failed_history_is_retried_and_delays_no_live_poll(caplog):
    paths = latest("c") | CHAIN | {"/rawblock/c": (429, {"Retry-After": "500"}, b"slow down")}
    with http_server(paths=paths) as url:
        polls = backfill(live(), BlockchainHistory(HttpClient(Event()), url, TIME))
        assert backfilled(islice(polls, 5), 1) == []
        paths |= CHAIN
        between = 0
        while not next(polls).transactions:
            between += 1
    assert between > 10
    assert [record.message for record in caplog.records] == ["history not available, retrying"]
    assert caplog.records[0].delay_seconds == 500


@pytest.mark.parametrize(
    "bad",
    [
        json_response({"hash": "c", "prev_block": "b", "time": "x", "tx": []}),
        json_response({"hash": "c", "prev_block": "b", "time": TIME}),
        json_response({"hash": "c", "prev_block": "../x", "time": TIME, "tx": []}),
        json_response([]),
        (200, {}, b"<html>"),
    ],
    ids=["time", "no-transactions", "no-hash", "list", "html"],
)
def test_malformed_block_is_retried(bad, caplog):
    paths = latest("c") | CHAIN | {"/rawblock/c": bad}
    with http_server(paths=paths) as url:
        polls = backfill(live(), BlockchainHistory(HttpClient(Event()), url, TIME))
        assert backfilled(islice(polls, 4), 1) == []
        paths |= CHAIN
        assert backfilled(polls, 1) == [[5, 6]]
    assert caplog.records[0].message == "history not available, retrying"


def test_replaced_block_does_not_block_others():
    paths = latest("x") | CHAIN
    with http_server(paths=paths) as url:
        polls = backfill(live(), BlockchainHistory(HttpClient(Event()), url, TIME))
        assert backfilled(islice(polls, 4), 1) == []
        paths |= latest("c")
        assert backfilled(polls, 3) == [[5, 6], [4], [3]]


def test_failed_block_in_between_is_not_skipped():
    paths = latest("c") | CHAIN | {"/rawblock/b": (503, {}, b"")}
    with http_server(paths=paths) as url:
        polls = backfill(live(), BlockchainHistory(HttpClient(Event()), url, TIME))
        assert backfilled(polls, 1) == [[5, 6]]
        assert backfilled(islice(polls, 4), 1) == []
        paths |= CHAIN
        assert backfilled(polls, 2) == [[4], [3]]


def test_requests_for_history_keep_the_minimum_interval():
    class FakeHistory:
        requests = 0

        def next_part(self, now):
            self.requests += 1
            return None, 0

    history, ticks = FakeHistory(), iter(range(200))
    list(backfill(live(51), history, lambda: float(next(ticks))))
    assert history.requests <= 8  # 51 polls within some 70 s


def test_http_history_is_requested_once():
    item = {"id": 1, "at": TIME, "value": 5}
    form = mapped_format(Mapping(name="x", key="/id", time="/at", value="/value"))
    with http_server(paths={"/history?from=2024-10-10T00:00:00Z": json_response([item])}) as url:
        history = HttpHistory(HttpClient(Event()), url + "history?from={since}", form, TIME)
        polls = backfill(live(50), history)
        assert backfilled(polls, 2) == [[5]]


@pytest.fixture
def bucket(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="data")

        def put(key, *numbers):
            detail = {"transactions": [{"hash": f"{n:064x}"} for n in numbers]}
            body = gzip.compress(json.dumps({"detail": detail}).encode() + b"\n")
            s3.put_object(Bucket="data", Key=key, Body=body)

        put.raw = lambda key, body: s3.put_object(Bucket="data", Key=key, Body=body)
        yield put


def test_archived_hashes_of_the_hours_are_read(bucket, caplog):
    bucket("raw/2024/10/09/22/x.gz", 1)
    bucket("raw/2024/10/09/23/x.gz", 2, 3)
    bucket("raw/2024/10/10/00/y.gz", 4)
    bucket("minutes/2024/10/10/00/y.gz", 5)
    bucket.raw("raw/2024/10/10/01/z.gz", b"not gzip")
    lines = [json.dumps({"detail": {"transactions": [{"hash": f"{n:064x}"}]}}) for n in (5, 6)]
    odd = ["[" * 99_999, "{}", '{"detail":{"transactions":[{"hash":"zz"}]}}', "1"]
    whole = gzip.compress("\n".join([lines[0], *odd, lines[1]]).encode() + b"\n")
    bucket.raw("raw/2024/10/10/01/odd.gz", whole)
    bucket.raw("raw/2024/10/10/01/zcut.gz", gzip.compress(lines[0].encode() + b"\n{")[:-8])
    found = archived_hashes("s3://data/raw/", TIME - 60, TIME + HOUR, Event())
    assert [int(name, 16) for name in found] == [2, 3, 4, 5, 6, 5]
    assert [record.message for record in caplog.records] == ["archived object read in part"] * 3


def test_archived_transactions_are_not_backfilled(bucket):
    bucket("raw/2024/10/10/00/x.gz", 4, 5)
    deduplication = Deduplication()
    deduplication.add(archived_hashes("s3://data/raw", TIME, TIME, Event()))
    with http_server(paths=latest("c") | CHAIN) as url:
        polls = islice(backfill(live(), BlockchainHistory(HttpClient(Event()), url, TIME)), 20)
        new = [one.fee for poll in polls for one in deduplication.new(poll.transactions)]
    assert new == [6, 3]
