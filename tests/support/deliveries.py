"""Deliveries of raw objects to the real handler, as S3, Lambda and the network may make them."""

import gzip
import hashlib
import io
import itertools
import json
from collections import defaultdict
from concurrent.futures import Future
from contextlib import redirect_stdout
from datetime import datetime

import pytest
from botocore.exceptions import ClientError
from hypothesis import strategies as st

from tests.support.call_scheduler import CRASH, DONE, LOST, REFUSED, Call, CrashError, Turns
from tests.support.lambda_context import CONTEXT
from tests.support.lambda_events import created
from window_aggregator import feature_record, handler
from window_aggregator.minute_set import MinuteSet

MINUTE = "2024-10-10T12:00:00Z"
MINUTES = [MINUTE, "2024-10-10T12:01:00Z"]
GROUPS = [["minutes", feature_record.FIRST_VERSION], ["minutes-v2", ["median_fee_1min"]]]
AGAIN = "again"  # Lambda delivers an event once more, while an earlier delivery may go on


class Bucket:
    """S3 in memory: what is written is there for every later request, as in S3."""

    def __init__(self, turns, page):
        self.objects, self._turns, self._page = {}, turns, page

    def put_object(self, Key, Body, **_):  # noqa: N803
        self._turns.request(lambda: self.objects.update({Key: Body}))
        return {"ETag": etag(Body)}

    def get_object(self, Key, **_):  # noqa: N803
        return {"Body": io.BytesIO(self._turns.request(lambda: self.objects[Key]))}

    def get_paginator(self, operation):
        assert operation == "list_objects_v2"
        return self

    def paginate(self, Prefix, **_):  # noqa: N803
        after = Prefix
        while True:
            keys = self._turns.request(lambda after=after: self.listed(Prefix, after))
            yield {"Contents": [self._described(key) for key in keys[: self._page]]}
            if len(keys) <= self._page:
                return
            after = keys[self._page - 1]

    def listed(self, prefix, after):
        return sorted(key for key in self.objects if key.startswith(prefix) and key > after)

    def _described(self, key):
        return {"Key": key, "ETag": etag(self.objects[key])}


def etag(body):
    return hashlib.md5(body).hexdigest()  # noqa: S324 - as S3 does


class Store:
    """Feature Store: online a record replaces one of an earlier event time, offline all stay."""

    def __init__(self, turns):
        self.online, self.offline, self.past = {}, [], []
        self._turns = turns

    def put_record(self, FeatureGroupName, Record):  # noqa: N803
        row = {one["FeatureName"]: one["ValueAsString"] for one in Record}
        self._turns.request(lambda: self.put(FeatureGroupName, row))

    def put(self, group, row):
        place = group, row["tx_minute"]
        self.offline.append((group, row))
        if place not in self.online or row["event_time"] > self.online[place]["event_time"]:
            self.online[place] = row
        self.past.append((place, self.online[place]))


class Inline:
    """A pool of no threads: one call makes its requests one after the other."""

    def submit(self, run, *args):
        done = Future()
        try:
            done.set_result(run(*args))
        except Exception as error:  # noqa: BLE001 - as a pool does
            done.set_exception(error)
        return done


class World:
    """The real handler between S3 and Feature Store; broken variants override a part of it."""

    Bucket, Store = Bucket, Store

    def __init__(self, page=2):
        self.turns = Turns()
        self.s3, self.store = self.Bucket(self.turns, page), self.Store(self.turns)

    def handle(self, event):
        handler.lambda_handler(event, CONTEXT)

    def deliver(self, key):
        return key, Call(self.turns, lambda: self.handle(created(key)))

    def rows(self, group="minutes"):
        """Read the online rows of a group -> {minute: row}."""
        return {minute: row for (name, minute), row in self.store.online.items() if name == group}


def archive(world, objects):
    """Put raw objects, {key: members}, where Firehose would."""
    for key, members in objects.items():
        transactions = [
            {"hash": name, "fee": fee, "time": int(datetime.fromisoformat(minute).timestamp())}
            for minute, name, fee in sorted(members)
        ]
        event = {"time": MINUTES[-1], "detail": {"transactions": transactions}}
        world.s3.objects[key] = gzip.compress(json.dumps(event).encode(), 1)


def play(world, objects, schedule):
    """Deliver every object until a delivery of it ends well, mixed with all the schedule wants.

    What ends badly is delivered again, as by Lambda. At last all is finished, what was begun
    first and stood still since then after everything else.
    """
    archive(world, objects)
    keys = sorted(objects)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()):
        patch.setattr(handler, "s3", world.s3)
        patch.setattr(handler, "store", world.store)
        patch.setattr(handler, "pool", Inline())
        patch.setenv("FEATURE_GROUPS", json.dumps(GROUPS))
        running = [world.deliver(key) for key in keys]
        for pick, fate, requests in schedule:
            if fate == AGAIN:
                running.append(world.deliver(keys[pick % len(keys)]))
            elif running:
                _go_on(world, running, pick % len(running), [DONE] * (requests - 1) + [fate])
        while running:
            _go_on(world, running, -1, itertools.repeat(DONE))
    return world


def _go_on(world, running, place, meeting):
    """Let a call go on, its requests meeting these fates, at most to its end."""
    key, call = running[place]
    for fate in meeting:
        call.step(fate)
        if call.ended:
            del running[place]
            if isinstance(call.error, CrashError | ClientError):
                running.append(world.deliver(key))
            elif call.error:
                raise call.error
            return


pairs = st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 3) | st.integers(0, 10**12))
minutes: st.SearchStrategy[MinuteSet] = st.sets(pairs, min_size=1, max_size=8)
FEES = [0, 1, 2, 3, 10**12 + 1]
FATES = [DONE] * 12 + [CRASH, REFUSED, LOST, AGAIN]


def _member(number):
    """Some hashes come with several fees, but each in one minute."""
    which, fee = divmod(number, len(FEES))
    return MINUTES[which % 2], "abcdefgh"[which], FEES[fee]


# Whole numbers throughout: drawing them is what most of the time goes into.
holders = st.sampled_from(["0", "1", "2", "0", "1", "2", "01", "02", "12", "012"])
members = st.integers(0, 8 * len(FEES) - 1).map(_member)
steps = st.integers(0, 4 * 8 * len(FATES) - 1).map(
    lambda n: (n % 8, FATES[n // 8 % len(FATES)], 2 ** (n // 8 // len(FATES)))
)


@st.composite
def histories(draw):
    """Draw a stream of two minutes, split into raw objects that overlap, and a schedule."""
    objects = defaultdict(set)
    for member in draw(st.lists(members, min_size=1, max_size=6)):
        for number in draw(holders):
            objects[f"raw/{number}"].add(member)
    return dict(objects), draw(st.lists(steps, max_size=12))


def counted(objects):
    """Count by itself what the rows are of -> {minute: fees}."""
    smallest = defaultdict(dict)
    for minute, name, fee in set().union(*objects.values()):
        smallest[minute][name] = min(fee, smallest[minute].get(name, fee))
    return {minute: sorted(fees.values()) for minute, fees in smallest.items()}
