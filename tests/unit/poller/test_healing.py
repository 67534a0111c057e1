"""What no poll had shown comes from the past, into the minutes it belongs to, and once."""

import gzip
import json
from itertools import islice

import boto3
import pytest
from moto import mock_aws

from poller import archive
from poller.healing import healed
from poller.polls import Poll
from poller.seen import Seen
from poller.sources.blocks import Blocks
from poller.sources.mapped import Mapping
from poller.sources.page import Page
from tests.unit.poller.upstream import TIME, answer, site, transaction

HOUR = 3600


class Ticks:
    """A clock that goes on by 30 s whenever it is looked at."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 30
        return self.now


def live(count=10_000):
    return (Poll(TIME + 9_000, at=TIME + 9_000 + n) for n in range(count))


def block(name, before, time, *transactions):
    coinbase = transaction(9999, fee=0, inputs=[{"index": 0, "prev_out": None}])
    shape = {"hash": name, "prev_block": before, "time": time, "tx": [coinbase, *transactions]}
    return f"/rawblock/{name}", answer(shape)


def paid(number, time=None):
    return transaction(number, fee=number, **({} if time is None else {"time": time}))


def latest(name):
    return {"/latestblock": answer({"hash": name, "time": TIME, "height": 1})}


CHAIN = dict(
    [
        block("c", "b", TIME + 7200, paid(5), paid(6)),
        block("b", "a", TIME + 3600, paid(4), paid(2, TIME - 1)),
        block("a", "z", TIME - 1, paid(3)),
        block("z", "y", TIME - 600, paid(1)),
    ]
)


def missed(polls, count):
    """The first fees that healing brings, by poll."""
    with_some = (poll for poll in polls if poll.transactions)
    return [[one.fee for one in poll.transactions] for poll in islice(with_some, count)]


def test_blocks_are_read_back_to_the_time_and_then_as_they_come():
    paths = latest("c") | CHAIN
    with site(paths=paths) as url:
        polls = healed(live(), Blocks(url, TIME), Ticks())
        assert missed(polls, 3) == [[5, 6], [4], [3]]
        paths |= latest("e") | dict(
            [block("e", "d", TIME + 9000, paid(8)), block("d", "c", TIME + 8000, paid(7))]
        )
        assert missed(polls, 2) == [[8], [7]]
        assert missed(islice(polls, 50), 1) == []


def test_healed_transactions_keep_their_time_and_events_times_do_not_go_back():
    with site(paths=latest("c") | CHAIN) as url:
        polls = healed(live(), Blocks(url, TIME), Ticks())
        first = next(poll for poll in polls if poll.transactions)
    assert [one.time for one in first.transactions] == [TIME + 5, TIME + 6]
    assert first.time == TIME + 9_000
    assert not first.rejected


def test_past_that_fails_is_asked_again_and_holds_up_no_live_poll(caplog):
    paths = latest("c") | CHAIN | {"/rawblock/c": (429, {"Retry-After": "500"}, b"slow down")}
    with site(paths=paths) as url:
        polls = healed(live(), Blocks(url, TIME), Ticks())
        assert missed(islice(polls, 5), 1) == []
        paths |= CHAIN
        between = 0
        while not next(polls).transactions:
            between += 1
    assert between > 10
    assert [record.message for record in caplog.records] == ["past not served, trying again"]
    assert caplog.records[0].delay_seconds == 500


@pytest.mark.parametrize(
    "bad",
    [
        answer({"hash": "c", "prev_block": "b", "time": "x", "tx": []}),
        answer({"hash": "c", "prev_block": "b", "time": TIME}),
        answer({"hash": "c", "prev_block": "../x", "time": TIME, "tx": []}),
        answer([]),
        (200, {}, b"<html>"),
    ],
    ids=["time", "no-transactions", "no-hash", "list", "html"],
)
def test_broken_block_is_asked_again(bad, caplog):
    paths = latest("c") | CHAIN | {"/rawblock/c": bad}
    with site(paths=paths) as url:
        polls = healed(live(), Blocks(url, TIME), Ticks())
        assert missed(islice(polls, 4), 1) == []
        paths |= CHAIN
        assert missed(polls, 1) == [[5, 6]]
    assert caplog.records[0].message == "past not served, trying again"


def test_block_that_another_replaced_holds_up_no_other():
    paths = latest("x") | CHAIN
    with site(paths=paths) as url:
        polls = healed(live(), Blocks(url, TIME), Ticks())
        assert missed(islice(polls, 4), 1) == []
        paths |= latest("c")
        assert missed(polls, 3) == [[5, 6], [4], [3]]


def test_block_in_between_that_fails_is_not_passed_over():
    paths = latest("c") | CHAIN | {"/rawblock/b": (503, {}, b"")}
    with site(paths=paths) as url:
        polls = healed(live(), Blocks(url, TIME), Ticks())
        assert missed(polls, 1) == [[5, 6]]
        assert missed(islice(polls, 4), 1) == []
        paths |= CHAIN
        assert missed(polls, 2) == [[4], [3]]


def test_requests_for_the_past_keep_their_distance():
    class Past:
        asked = 0

        def piece(self, now):
            self.asked += 1
            return None, 0

    past, ticks = Past(), iter(range(100))
    list(healed(live(51), past, lambda: float(next(ticks))))
    assert past.asked <= 8  # 51 polls within some 70 s


def test_page_of_the_past_is_asked_for_once():
    item = {"id": 1, "at": TIME, "value": 5}
    form = Mapping(
        name="x", items="", key="/id", time="/at", time_unit="s", value="/value", scale=1
    ).format()
    with site(paths={"/past?from=2024-10-10T00:00:00Z": answer([item])}) as url:
        polls = healed(live(50), Page(url + "past?from={since}", form, TIME), Ticks())
        assert missed(polls, 2) == [[5]]


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


def test_archive_of_the_hours_is_known(bucket, caplog):
    bucket("raw/2024/10/09/22/x.gz", 1)
    bucket("raw/2024/10/09/23/x.gz", 2, 3)
    bucket("raw/2024/10/10/00/y.gz", 4)
    bucket("minutes/2024/10/10/00/y.gz", 5)
    bucket.raw("raw/2024/10/10/01/z.gz", b"no gzip")
    found = archive.hashes("s3://data/raw/", TIME - 60, TIME + HOUR)
    assert [int(name, 16) for name in found] == [2, 3, 4]
    assert [record.message for record in caplog.records] == ["archived object left out"]


def test_what_is_archived_is_not_healed_again(bucket):
    bucket("raw/2024/10/10/00/x.gz", 4, 5)
    seen = Seen()
    seen.remember(archive.hashes("s3://data/raw", TIME, TIME))
    with site(paths=latest("c") | CHAIN) as url:
        polls = islice(healed(live(), Blocks(url, TIME), Ticks()), 20)
        fresh = [one.fee for poll in polls for one in seen.fresh(poll.transactions)]
    assert fresh == [6, 3]
