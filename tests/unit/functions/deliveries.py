"""Deliveries of raw objects as S3 and Lambda may make them, and aggregators that take them."""

import hashlib
import io
from collections import defaultdict

from hypothesis import strategies as st

from window_aggregator import parts, rows
from window_aggregator.raw import Fees

MINUTE = "2024-10-10T12:00:00Z"
BUCKET = "test"
PAGE = 2  # keys of a listing, so that there are several pages


class Bucket:
    """S3 in memory: what is written is there for every later listing, as in S3."""

    def __init__(self):
        self.objects = {}

    def put_object(self, Key, Body, **_):  # noqa: N803
        self.objects[Key] = Body

    def get_object(self, Key, **_):  # noqa: N803
        return {"Body": io.BytesIO(self.objects[Key])}

    def get_paginator(self, operation):
        assert operation == "list_objects_v2"
        return self

    def paginate(self, Prefix, **_):  # noqa: N803
        found = [
            {"Key": key, "Size": len(body), "ETag": hashlib.md5(body).hexdigest()}  # noqa: S324
            for key, body in self.objects.items()
            if key.startswith(Prefix)
        ]
        for start in range(0, len(found), PAGE):
            yield {"Contents": found[start : start + PAGE]}


class Online:
    """The online store: a record replaces one of an earlier event time."""

    def __init__(self):
        self.row, self.puts = None, []

    def put(self, record):
        row = {one["FeatureName"]: one["ValueAsString"] for one in record}
        self.puts.append(row)
        if self.row is None or row["event_time"] > self.row["event_time"]:
            self.row = row


class Exact:
    """The function's own modules; each step may be the last before a crash."""

    def __init__(self):
        self.bucket, self.online = Bucket(), Online()

    def steps(self, key, fees):
        own = parts.key(MINUTE, key)
        parts.write(self.bucket, BUCKET, own, fees)
        yield
        everything, count = parts.union(self.bucket, BUCKET, MINUTE, own, fees)
        yield
        self.online.put(rows.record(MINUTE, everything, count))


class Counters:
    """Broken: adds every delivery to counters."""

    def __init__(self):
        self.online, self.fees = Online(), []

    def steps(self, key, fees):
        self.fees += sorted(fees)
        yield
        members = {(f"{number}-{name}", fee) for number, (name, fee) in enumerate(self.fees)}
        self.online.put(rows.record(MINUTE, members))


class MarkThenCount:
    """Broken: notes an object as done, then counts it."""

    def __init__(self):
        self.online, self.done, self.fees = Online(), set(), set()

    def steps(self, key, fees):
        if key in self.done:
            return
        self.done.add(key)
        yield
        self.fees |= fees
        self.online.put(rows.record(MINUTE, self.fees))


class SmallerVersion:
    """Broken: the version counts transactions, so it does not grow with a conflict."""

    def __init__(self):
        self.online, self.objects = Online(), defaultdict(set)

    def steps(self, key, fees):
        self.objects[key] = fees
        yield
        row = rows.record(MINUTE, set().union(*self.objects.values()))
        count = int(row[1]["ValueAsString"])
        row[-1] = {"FeatureName": "event_time", "ValueAsString": f"{count:09}"}
        self.online.put(row)


def play(aggregator, objects, schedule):
    """Deliver objects at once, step by step in the schedule's order; then finish them all.

    A negative number crashes that delivery: it starts again from its first step.
    """
    running = {key: aggregator.steps(key, fees) for key, fees in objects.items()}
    keys = sorted(objects)
    for turn in schedule:
        key = keys[abs(turn) % len(keys)]
        if turn < 0 or next(running[key], "ended") == "ended":
            running[key] = aggregator.steps(key, objects[key])
    for key in keys:
        for _ in running[key]:
            pass
    return aggregator.online.row


pairs = st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 3) | st.integers(0, 10**12))
minutes: st.SearchStrategy[Fees] = st.sets(pairs, min_size=1, max_size=8)
agreed = minutes.map(lambda fees: set(dict(sorted(fees)).items()))  # one fee a transaction
schedules = st.lists(st.integers(-6, 6), max_size=24)


@st.composite
def splits(draw, members):
    """Split a minute into raw objects; every member is in at least one of them."""
    objects = defaultdict(set)
    for member in sorted(members):
        for key in draw(st.sets(st.sampled_from("123456"), min_size=1)):
            objects[f"raw/{key}"].add(member)
    return dict(objects)
