"""Aggregators with one defect each, which the tests of the invariants must detect."""

from datetime import timedelta

from common import times
from tests.support.deliveries import Bucket, Simulation, Store
from tests.support.feature_records import to_record
from window_aggregator import raw_object
from window_aggregator.minute_set import minute_set


class AddCounters(Simulation):
    """Adds every delivery to counters, so a redelivered object counts twice."""

    def __init__(self):
        super().__init__()
        self.counters = {}

    def handle(self, event):
        body = self.s3.get_object(Key=event["detail"]["object"]["key"])["Body"].read()
        for minute, columns in raw_object.parse(body).minutes.items():
            fees = minute_set(*columns)
            count, total = self.scheduler.request(lambda m=minute, f=fees: self._add(m, f))
            row = {
                "tx_minute": minute,
                "total_nb_trx_1min": str(count),
                "total_fee_1min": str(total),
                "avg_fee_1min": repr(total / count),
                "event_time": event_time(minute, count),
            }
            self.store.put_record(FeatureGroupName="minutes", Record=to_record(row))

    def _add(self, minute, fees):
        count, total = self.counters.get(minute, (0, 0))
        self.counters[minute] = count + len(fees), total + sum(fee for _, fee in fees)
        return self.counters[minute]


class MarkThenCount(Simulation):
    """Marks an object as processed before it is, so a crash in between loses it."""

    def __init__(self):
        super().__init__()
        self.marks = set()

    def handle(self, event):
        if self.scheduler.request(lambda: self._mark(event["detail"]["object"]["key"])):
            super().handle(event)

    def _mark(self, key):
        new = key not in self.marks
        self.marks.add(key)
        return new


class StaleListing(Simulation):
    """Listings lag behind writes, as in S3 before 2020."""

    class Bucket(Bucket):
        lag = 2  # writes; the last one is often by the process that lists

        def listed(self, prefix, after):
            visible = list(self.objects)[: -self.lag or None]  # in order of first writes
            return [key for key in super().listed(prefix, after) if key in visible]


class WallClock(Simulation):
    """The event time is the time of the write, so the slowest writer wins."""

    class Store(Store):
        def put(self, group, row):
            now = f"2024-10-10T13:00:00.{len(self.offline):03}Z"
            super().put(group, row | {"event_time": now})


class ConstantEventTime(Simulation):
    """The event time is the minute's end, so the first row stays and corrections are lost."""

    class Store(Store):
        def put(self, group, row):
            super().put(group, row | {"event_time": event_time(row["tx_minute"], 0)})


class SmallerVersion(Simulation):
    """The version is the number of hashes, which does not grow with a conflicting fee."""

    class Store(Store):
        def put(self, group, row):
            version = int(row.get("total_nb_trx_1min", 0))
            super().put(group, row | {"event_time": event_time(row["tx_minute"], version)})


def event_time(minute, version):
    end = times.parse(minute) + times.MINUTE + timedelta(milliseconds=version)
    return end.isoformat(timespec="milliseconds").replace("+00:00", "Z")
