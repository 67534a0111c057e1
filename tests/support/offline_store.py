"""In-memory S3 that can crash at any call, and files of offline rows."""

import io
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
from botocore.exceptions import ClientError

from sagemaker_pipelines.data.feature_store import rows
from sagemaker_pipelines.data.feature_store.partitions import folder

START = datetime(2024, 10, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
BUCKET, PREFIX = "data", "store/data"
PAGE = 3  # keys of a listing, so that there are several pages
TIME = pa.timestamp("us", "UTC")
SCHEMA = pa.schema(
    {
        "tx_minute": pa.string(),
        "avg_fee_1min": pa.float64(),
        "event_time": pa.string(),
        "write_time": TIME,
        "api_invocation_time": TIME,
        "is_deleted": pa.bool_(),
    }
)


class CrashError(BaseException):
    """The process crashes."""


class Bucket:
    """Strongly consistent, like S3."""

    def __init__(self):
        self.objects = {}
        self.calls = 0
        self.crash_at = None  # number of the call that takes effect but does not return
        self.between = lambda: None  # runs before each call

    def _called(self):
        self.calls += 1
        if self.calls == self.crash_at:
            raise CrashError

    def put_object(self, Key, Body, **_):  # noqa: N803
        self.between()
        self.objects[Key] = Body
        self._called()

    def get_object(self, Key, **_):  # noqa: N803
        self.between()
        self._called()
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": io.BytesIO(self.objects[Key])}

    def delete_object(self, Key, **_):  # noqa: N803
        self.between()
        self.objects.pop(Key, None)
        self._called()

    def delete_objects(self, Delete, **_):  # noqa: N803
        for item in Delete["Objects"]:  # S3 may have done only a part
            self.delete_object(**item)
        return {}

    def get_paginator(self, operation):
        assert operation == "list_objects_v2"
        return self

    def paginate(self, Prefix, StartAfter, **_):  # noqa: N803
        after = StartAfter
        while True:
            self.between()
            self._called()
            keys = sorted(k for k in self.objects if k.startswith(Prefix) and k > after)
            yield {"Contents": [{"Key": key} for key in keys[:PAGE]]}
            if len(keys) <= PAGE:
                return
            after = keys[PAGE - 1]


def iso(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def write(minute, fee, version=1, **more):
    """Return a row of the offline store: a write of a minute, or a deletion if fee is None."""
    event_time = minute + MINUTE + timedelta(milliseconds=version)
    return {
        "tx_minute": minute.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "avg_fee_1min": fee,
        "event_time": iso(event_time),
        "write_time": event_time + 5 * MINUTE,
        "api_invocation_time": event_time + MINUTE,
        "is_deleted": fee is None,
    } | more


def parquet(written, schema=SCHEMA):
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(written, schema=schema), file)
    return file.getvalue()


def store_file(bucket, name, written, schema=SCHEMA):
    """Store rows of one hour under the key that Feature Store would use."""
    hour = folder(datetime.fromisoformat(written[0]["event_time"]))
    bucket.put_object(Key=f"{PREFIX}/{hour}{name}.parquet", Body=parquet(written, schema))


def as_rows(written):
    """Return rows in the form of the reader."""
    columns = pa.Table.from_pylist(written, schema=SCHEMA)
    return rows.table({name: columns[name] for name in columns.column_names})


def averages(table, lifetime=None):
    return rows.values(rows.latest(table, lifetime), "avg_fee_1min")
