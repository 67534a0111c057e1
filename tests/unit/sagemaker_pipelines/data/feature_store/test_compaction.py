"""③ Compaction: readers see the same rows despite crashes, concurrent writes and reads."""

import io
from contextlib import suppress
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sagemaker_pipelines.data.feature_store import compaction, offline
from sagemaker_pipelines.data.feature_store.offline import OfflineStore
from sagemaker_pipelines.data.feature_store.partitions import EVERYTHING
from sagemaker_pipelines.jobs import compact_offline_store
from sagemaker_pipelines.paths import JobError
from tests.support.offline_store import (
    BUCKET,
    MINUTE,
    PREFIX,
    SCHEMA,
    SECOND,
    START,
    Bucket,
    CrashError,
    averages,
    parquet,
    store_file,
    write,
)

HOUR = timedelta(hours=1)
STORE = OfflineStore(BUCKET, PREFIX)
NOW = START + 3 * HOUR

writes = st.builds(
    write,
    st.integers(0, 4).map(lambda n: START + n * MINUTE),
    st.none() | st.floats(0, 1e6),
    st.integers(0, 3),
    api_invocation_time=st.integers(0, 90).map(lambda n: START + n * MINUTE),
)


def version(row):
    """Return the key that determines the content of a row."""
    return (row["tx_minute"], row["event_time"], row["api_invocation_time"])


hours = st.lists(writes, min_size=1, max_size=12, unique_by=version)


@st.composite
def filled(draw):
    """Draw a bucket with the rows of one hour in several files, partly duplicated."""
    bucket, files = Bucket(), {}
    for row in draw(hours):
        for name in draw(st.sets(st.sampled_from("abcd"), min_size=1, max_size=2)):
            files.setdefault(name, []).append(row)
    for name, written in files.items():
        store_file(bucket, name, written)
    return bucket


def read_all(bucket):
    """Return the averages that readers see: now, and as of three earlier times."""
    times = [None, *(START + n * 30 * MINUTE for n in (1, 2, 3))]
    return [averages(offline.read(bucket, STORE, START, NOW, FEE, at)) for at in times]


FEE = ["avg_fee_1min"]


def compact(bucket, now=NOW):
    return compact_offline_store.compact(bucket, STORE, now)


def names(bucket):
    return {key.rpartition("/")[2] for key in bucket.objects}


@settings(deadline=None, max_examples=25)
@given(filled())
def test_one_file_remains_and_reads_are_unchanged(bucket):
    before, files = read_all(bucket), len(bucket.objects)
    compact(bucket)
    assert len(bucket.objects) == 1 <= files
    assert read_all(bucket) == before
    left = dict(bucket.objects)
    assert compact(bucket) == {"hours": 0, "files": 0}
    assert bucket.objects == left


def test_odd_rows_and_alien_files_do_not_stop_a_merge():
    bucket = Bucket()
    store_file(bucket, "a", [write(START, 1.0)])
    odd = [write(START, 2.0) | {"tx_minute": "test"}, write(START + MINUTE, 3.0)]
    store_file(bucket, "b", [*odd, write(START, 4.0) | {"event_time": "noon"}][1:] + odd[:1])
    alien = f"{PREFIX}/copies/c.parquet"
    bucket.objects[alien] = parquet([write(START, 9.0)])
    assert compact(bucket) == {"hours": 1, "files": 2}
    assert len(bucket.objects) == 2
    assert alien in bucket.objects
    del bucket.objects[alien]
    found = offline.read(bucket, STORE, START, NOW, FEE)
    assert averages(found) == {START: 1.0, START + MINUTE: 3.0}


@settings(deadline=None, max_examples=10)
@given(filled())
def test_crash_at_any_call_loses_nothing_and_a_retry_completes(bucket):
    before, files = read_all(bucket), dict(bucket.objects)
    crashed = True
    at = 0
    while crashed:
        at += 1
        bucket.objects, bucket.calls, bucket.crash_at = dict(files), 0, at
        try:
            compact(bucket)
            crashed = False
        except CrashError:
            pass
        bucket.crash_at = None
        assert read_all(bucket) == before, f"after a crash at call {at}"
        compact(bucket)
        assert len(bucket.objects) == 1
        assert read_all(bucket) == before
    assert len(files) == 1 or at > 2 * len(files)  # at least a read and a deletion per file


@settings(deadline=None, max_examples=25)
@given(filled(), st.integers(1, 12))
def test_reader_during_a_compaction_sees_every_minute(bucket, at):
    before = averages(offline.read(bucket, STORE, START, NOW, FEE))
    calls = 0

    def between():
        nonlocal calls
        calls += 1
        if calls == at:  # between any two calls of the reader the whole compaction happens
            bucket.between = lambda: None
            compact(bucket)

    bucket.between = between
    assert averages(offline.read(bucket, STORE, START, NOW, FEE)) == before


@settings(deadline=None, max_examples=25)
@given(filled(), st.integers(1, 30))
def test_concurrent_compactions_and_a_new_file_lose_nothing(bucket, at):
    late = [write(START + 9 * MINUTE, 7.0)]
    expected = averages(offline.read(bucket, STORE, START, NOW, FEE))
    expected[START + 9 * MINUTE] = 7.0
    calls = 0

    def between():
        nonlocal calls
        calls += 1
        if calls == at:
            bucket.between = lambda: None
            store_file(bucket, "late", late)
            compact(bucket)

    bucket.between = between
    with suppress(JobError):  # the other compaction was faster and deleted a file
        compact(bucket)
    bucket.between = lambda: None
    if calls < at:
        store_file(bucket, "late", late)
    assert averages(offline.read(bucket, STORE, START, NOW, FEE)) == expected
    compact(bucket)
    assert len(bucket.objects) == 1
    assert averages(offline.read(bucket, STORE, START, NOW, FEE)) == expected


def two_files(bucket, schema=SCHEMA):
    store_file(bucket, "a", [write(START, 1.0), write(START, 2.0, 2)])
    store_file(bucket, "b", [write(START + MINUTE, 3.0)], schema)


def test_file_that_arrives_during_a_compaction_remains():
    bucket = Bucket()
    two_files(bucket)
    keys = list(STORE.keys(bucket, EVERYTHING))
    store_file(bucket, "late", [write(START, 9.0, 3)])
    target = compaction.compact(bucket, BUCKET, keys)
    assert names(bucket) == {"late.parquet", target.rpartition("/")[2]}


@pytest.mark.parametrize(
    "corrupt",
    [
        pytest.param(parquet([write(START, 1.0), write(START, 2.0, 2)]), id="missing-row"),
        pytest.param(
            parquet([write(START, 1.0), write(START, 2.0, 2), write(START + MINUTE, 3.5)]),
            id="another-value",
        ),
        pytest.param(b"PAR1 truncated", id="no-parquet"),
    ],
)
def test_only_a_merged_file_that_does_not_read_back_is_deleted(corrupt):
    class Corrupting(Bucket):
        def put_object(self, Key, Body, **_):  # noqa: N803
            super().put_object(Key, corrupt)

    bucket = Corrupting()
    intact = Bucket()
    two_files(intact)
    bucket.objects = dict(intact.objects)
    with pytest.raises(JobError, match="1 of 1 hours were not merged"):
        compact(bucket)
    assert bucket.objects == intact.objects


def test_rejected_deletion_is_an_error():
    class Rejecting(Bucket):
        def delete_objects(self, Delete, **_):  # noqa: N803
            return {"Errors": [{"Key": Delete["Objects"][0]["Key"], "Message": "Access Denied"}]}

    bucket = Rejecting()
    two_files(bucket)
    with pytest.raises(JobError, match=r"a\.parquet was not deleted: Access Denied"):
        compact(bucket)


def test_failing_hour_does_not_stop_others():
    bucket = Bucket()
    two_files(bucket)
    for name in "ab":
        store_file(bucket, name, [write(START + HOUR, ord(name) * 1.0)])
    truncated = next(key for key in bucket.objects if "hour=00/a" in key)
    bucket.objects[truncated] = b"truncated"
    with pytest.raises(JobError, match=r"1 of 2 hours were not merged.*hour=00"):
        compact(bucket, NOW + HOUR)
    assert len([key for key in bucket.objects if "hour=01" in key]) == 1


@pytest.mark.parametrize(
    ("now", "merged"),
    [(START + 2 * HOUR - SECOND, 0), (START + 2 * HOUR, 1)],
    ids=["open", "over"],
)
def test_only_hours_that_have_ended_are_merged(now, merged):
    bucket = Bucket()
    two_files(bucket)
    assert compact(bucket, now)["hours"] == merged


def test_types_and_newer_features_are_preserved():
    bucket = Bucket()
    schema = SCHEMA.append(pa.field("median_fee_1min", pa.int64()))
    two_files(bucket, schema)
    compact(bucket)
    [content] = bucket.objects.values()
    assert pq.ParquetFile(io.BytesIO(content)).schema_arrow.equals(schema)


def test_merged_file_is_named_like_those_of_feature_store():
    bucket = Bucket()
    two_files(bucket)
    compact(bucket)
    [name] = names(bucket)
    assert name.startswith("20241010T000200Z_")
    assert len(name) == len("20241010T000200Z_0123456789abcdef.parquet")
