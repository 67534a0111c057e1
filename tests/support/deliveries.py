"""Deliveries of raw objects to the real handler, with any failure of S3, Lambda or the network."""

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

from tests.support.call_scheduler import CRASH, DONE, LOST, REJECTED, Call, CrashError, Scheduler
from tests.support.feature_records import to_values
from tests.support.lambda_context import CONTEXT
from tests.support.lambda_events import created
from window_aggregator import feature_record, handler
from window_aggregator.minute_set import MinuteSet

MINUTE = "2024-10-10T12:00:00Z"
MINUTES = [MINUTE, "2024-10-10T12:01:00Z"]
GROUPS = [["minutes", feature_record.FIRST_VERSION], ["minutes-v2", ["median_fee_1min"]]]
REDELIVER = "redeliver"  # Lambda delivers an event again, possibly during an earlier delivery


class Bucket:
    """In-memory S3, strongly consistent like S3."""

    def __init__(self, scheduler, page_size):
        self.objects, self._scheduler, self._page_size = {}, scheduler, page_size

    def put_object(self, Key, Body, **_):  # noqa: N803
        self._scheduler.request(lambda: self.objects.update({Key: Body}))
        return {"ETag": etag(Body)}

    def get_object(self, Key, **_):  # noqa: N803
        return {"Body": io.BytesIO(self._scheduler.request(lambda: self.objects[Key]))}

    def get_paginator(self, operation):
        assert operation == "list_objects_v2"
        return self

    def paginate(self, Prefix, **_):  # noqa: N803
        after = Prefix
        while True:
            keys = self._scheduler.request(lambda after=after: self.listed(Prefix, after))
            yield {"Contents": [self._described(key) for key in keys[: self._page_size]]}
            if len(keys) <= self._page_size:
                return
            after = keys[self._page_size - 1]

    def listed(self, prefix, after):
        return sorted(key for key in self.objects if key.startswith(prefix) and key > after)

    def _described(self, key):
        return {"Key": key, "ETag": etag(self.objects[key])}


def etag(body):
    return hashlib.md5(body).hexdigest()  # noqa: S324 - as S3 does


class Store:
    """In-memory Feature Store: the latest event time wins online, all records remain offline."""

    def __init__(self, scheduler):
        self.online, self.offline = {}, []
        self.history = []  # online row after each write
        self._scheduler = scheduler

    def put_record(self, FeatureGroupName, Record):  # noqa: N803
        self._scheduler.request(lambda: self.put(FeatureGroupName, to_values(Record)))

    def put(self, group, row):
        key = group, row["tx_minute"]
        self.offline.append((group, row))
        if key not in self.online or row["event_time"] > self.online[key]["event_time"]:
            self.online[key] = row
        self.history.append((key, self.online[key]))


class InlineExecutor:
    """Executor without threads, so that a call makes its requests one after the other."""

    def submit(self, run, *args):
        done = Future()
        try:
            done.set_result(run(*args))
        except Exception as error:  # noqa: BLE001 - as an executor does
            done.set_exception(error)
        return done


class Simulation:
    """The real handler with simulated S3 and Feature Store; broken variants override parts."""

    Bucket, Store = Bucket, Store

    def __init__(self, page_size=2):
        self.scheduler = Scheduler()
        self.s3, self.store = self.Bucket(self.scheduler, page_size), self.Store(self.scheduler)

    def handle(self, event):
        handler.lambda_handler(event, CONTEXT)

    def deliver(self, key):
        return key, Call(self.scheduler, lambda: self.handle(created(key)))

    def rows(self, group="minutes"):
        """Return the online rows of a group by minute."""
        return {minute: row for (name, minute), row in self.store.online.items() if name == group}


def archive(simulation, objects):
    """Put raw objects, {key: members}, into the archive as Firehose would."""
    for key, members in objects.items():
        transactions = [
            {"hash": name, "fee": fee, "time": int(datetime.fromisoformat(minute).timestamp())}
            for minute, name, fee in sorted(members)
        ]
        event = {"time": MINUTES[-1], "detail": {"transactions": transactions}}
        simulation.s3.objects[key] = gzip.compress(json.dumps(event).encode(), 1)


def deliver_all(simulation, objects, schedule):
    """Deliver every object until a delivery succeeds, interleaved according to the schedule.

    Failed deliveries are repeated, as by Lambda. After the schedule all deliveries are completed,
    the most recent first, so that a delivery that was paused early completes last.
    """
    archive(simulation, objects)
    keys = sorted(objects)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()):
        patch.setattr(handler, "s3", simulation.s3)
        patch.setattr(handler, "store", simulation.store)
        patch.setattr(handler, "pool", InlineExecutor())
        patch.setenv("FEATURE_GROUPS", json.dumps(GROUPS))
        running = [simulation.deliver(key) for key in keys]
        for pick, outcome, requests in schedule:
            if outcome == REDELIVER:
                running.append(simulation.deliver(keys[pick % len(keys)]))
            elif running:
                _advance(
                    simulation, running, pick % len(running), [DONE] * (requests - 1) + [outcome]
                )
        while running:
            _advance(simulation, running, -1, itertools.repeat(DONE))
    return simulation


def _advance(simulation, running, index, outcomes):
    """Execute the next requests of a call with these outcomes, at most to its end."""
    key, call = running[index]
    for outcome in outcomes:
        call.step(outcome)
        if call.ended:
            del running[index]
            if isinstance(call.error, CrashError | ClientError):
                running.append(simulation.deliver(key))
            elif call.error:
                raise call.error
            return


pairs = st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 3) | st.integers(0, 10**12))
minutes: st.SearchStrategy[MinuteSet] = st.sets(pairs, min_size=1, max_size=8)
FEES = [0, 1, 2, 3, 10**12 + 1]
OUTCOMES = [DONE] * 12 + [CRASH, REJECTED, LOST, REDELIVER]


def _member(number):
    """Map a number to a member; a hash may have several fees, but only one minute."""
    which, fee = divmod(number, len(FEES))
    return MINUTES[which % 2], "abcdefgh"[which], FEES[fee]


# Integers only, because drawing examples takes most of the time.
copies = st.sampled_from(["0", "1", "2", "0", "1", "2", "01", "02", "12", "012"])
members = st.integers(0, 8 * len(FEES) - 1).map(_member)
steps = st.integers(0, 4 * 8 * len(OUTCOMES) - 1).map(
    lambda n: (n % 8, OUTCOMES[n // 8 % len(OUTCOMES)], 2 ** (n // 8 // len(OUTCOMES)))
)


@st.composite
def histories(draw):
    """Draw overlapping raw objects of two minutes, and a schedule of deliveries."""
    objects = defaultdict(set)
    for member in draw(st.lists(members, min_size=1, max_size=6)):
        for number in draw(copies):
            objects[f"raw/{number}"].add(member)
    return dict(objects), draw(st.lists(steps, max_size=12))


def expected_fees(objects):
    """Return the sorted fees of each minute, counted independently of the aggregator."""
    lowest = defaultdict(dict)
    for minute, name, fee in set().union(*objects.values()):
        lowest[minute][name] = min(fee, lowest[minute].get(name, fee))
    return {minute: sorted(fees.values()) for minute, fees in lowest.items()}
