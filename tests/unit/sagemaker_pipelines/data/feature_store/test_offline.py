"""③ The offline store is read by partition, also during a compaction."""

from datetime import timedelta

import boto3
import pyarrow as pa
import pytest
from botocore.stub import Stubber

from sagemaker_pipelines.data.feature_store import offline, online, partitions, rows
from sagemaker_pipelines.data.feature_store.offline import OfflineStore
from sagemaker_pipelines.paths import JobError
from tests.support.feature_records import batch_response
from tests.support.offline_store import (
    BUCKET,
    MINUTE,
    PREFIX,
    SCHEMA,
    START,
    Bucket,
    averages,
    store_file,
    write,
)

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
STORE = OfflineStore(BUCKET, PREFIX, WEEK)
FEE = ["avg_fee_1min"]


def filled(hours=6, minutes=(1, 5)):
    bucket = Bucket()
    for hour in range(hours):
        for minute in minutes:
            time = START + hour * HOUR + minute * MINUTE
            store_file(bucket, f"{minute:02}", [write(time, 60.0 * hour + minute)])
    return bucket


def test_minutes_of_a_range_are_read_from_their_partitions():
    found = offline.read(filled(), STORE, START + HOUR, START + 3 * HOUR, FEE)
    minutes = [START + HOUR + k * MINUTE for k in (1, 5, 61, 65)]
    assert averages(found) == {m: (m - START) / MINUTE for m in minutes}


def test_only_relevant_files_are_read():
    bucket = filled()
    young = OfflineStore(BUCKET, PREFIX, lifetime=HOUR)
    keys = list(
        young.keys(bucket, partitions.partition_range(START + HOUR, START + 2 * HOUR, HOUR, None))
    )
    assert [partitions.hour(key.removeprefix(f"{PREFIX}/")).hour for key in keys] == [
        *(1, 1),
        *(2, 2),  # event time of the last minute before 02:00
        *(3, 3),  # its deletion may follow until it expires
    ]
    as_of = partitions.partition_range(START + HOUR, START + 9 * HOUR, WEEK, START + 2 * HOUR)
    assert len(list(young.keys(bucket, as_of))) == 4
    bucket.calls = 0
    offline.read(bucket, young, START + HOUR, START + 2 * HOUR, FEE)
    assert bucket.calls <= 6 + 3  # files, and pages of the listing


def test_deletion_days_later_is_applied():
    bucket = filled(2)
    minute = START + 5 * MINUTE
    late = START + 2 * timedelta(days=2)
    store_file(bucket, "gone", [write(minute, None, event_time=f"{late:%Y-%m-%dT%H:%M:%SZ}")])
    assert minute not in averages(offline.read(bucket, STORE, START, START + HOUR, FEE), WEEK)


def test_as_of_reads_rows_known_at_that_time():
    bucket = filled(1)
    minute = START + 5 * MINUTE
    store_file(bucket, "later", [write(minute, 9.0, 2, api_invocation_time=START + 2 * HOUR)])

    def read(as_of):
        return averages(offline.read(bucket, STORE, START, START + HOUR, FEE, as_of))

    assert read(START + HOUR)[minute] == 5.0
    assert read(START + 2 * HOUR)[minute] == 9.0
    assert read(None)[minute] == 9.0


def test_empty_store_has_every_column_and_no_rows():
    found = offline.read(Bucket(), STORE, START, START + HOUR, FEE)
    assert rows.values(rows.latest(found), "avg_fee_1min") == {}


def test_files_that_keep_disappearing_are_an_error():
    class Vanishing(Bucket):
        def get_object(self, **_):
            return super().get_object(Key="gone")

    bucket = Vanishing()
    store_file(bucket, "a", [write(START, 1.0)])
    with pytest.raises(JobError, match="were replaced during 5 listings"):
        offline.read(bucket, STORE, START, START + HOUR, FEE)


@pytest.mark.parametrize(
    ("duration", "lifetime"),
    [({"Unit": "Weeks", "Value": 2}, 2 * WEEK), (None, None)],
    ids=["two-weeks", "none"],
)
def test_store_is_found_from_the_description_of_the_group(duration, lifetime):
    class Described:
        def describe_feature_group(self, **_):
            uri = f"s3://{BUCKET}/{PREFIX}"
            online_store = {"TtlDuration": duration} if duration else {}
            return {
                "OfflineStoreConfig": {"S3StorageConfig": {"ResolvedOutputS3Uri": uri}},
                "OnlineStoreConfig": online_store,
                "FeatureDefinitions": [
                    {"FeatureName": "tx_minute", "FeatureType": "String"},
                    {"FeatureName": "avg_fee_1min", "FeatureType": "Fractional"},
                ],
            }

    found = offline.find(Described(), "group")
    assert found == OfflineStore(BUCKET, PREFIX, lifetime, ("avg_fee_1min",))


def test_unprocessed_minutes_are_requested_again():
    runtime = boto3.client(
        "sagemaker-featurestore-runtime",
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    identifiers = [
        {
            "FeatureGroupName": "group",
            "RecordIdentifiersValueAsString": ["2024-10-10T00:00:00Z"],
            "FeatureNames": ["tx_minute", "avg_fee_1min", "event_time"],
        }
    ]
    values = {
        "tx_minute": "2024-10-10T00:00:00Z",
        "avg_fee_1min": "12.5",
        "event_time": "2024-10-10T00:01:00.002Z",
    }
    with Stubber(runtime) as stub:
        request = {"Identifiers": identifiers}
        stub.add_response("batch_get_record", batch_response("group", [], identifiers), request)
        stub.add_response("batch_get_record", batch_response("group", [values]), request)
        read = online.read(runtime, "group", [START], FEE)
        stub.assert_no_pending_responses()
    assert averages(read) == {START: 12.5}


def test_integers_beyond_double_precision_are_exact_online_and_offline():
    total = 2**53 + 1

    class Online:
        def batch_get_record(self, **_):
            values = {
                "tx_minute": "2024-10-10T00:00:00Z",
                "total_fee_1min": str(total),
                "event_time": "2024-10-10T00:01:00.002Z",
            }
            return batch_response("group", [values])

    bucket = Bucket()
    schema = SCHEMA.append(pa.field("total_fee_1min", pa.int64()))
    store_file(bucket, "a", [write(START + MINUTE, 1.0, total_fee_1min=total)], schema)
    features = ["total_fee_1min"]
    history = offline.read(bucket, STORE, START, START + HOUR, features)
    newest = online.read(Online(), "group", [START], features)
    found = rows.latest(rows.combined([history, newest]))
    assert rows.values(found, *features) == {START: total, START + MINUTE: total}


def test_one_odd_row_is_left_out_and_counted():
    bucket = filled(1)
    odd = write(START + 7 * MINUTE, 1.0) | {"tx_minute": "test"}
    store_file(bucket, "odd", [odd])
    found = offline.read(bucket, STORE, START, START + HOUR, FEE)
    assert rows.malformed(found) == 1
    assert averages(found) == {START + MINUTE: 1.0, START + 5 * MINUTE: 5.0}


@pytest.mark.parametrize("content", [b"", b"no", b"PAR1" * 9])
def test_file_that_is_not_parquet_is_named(content):
    bucket = filled(1)
    key = min(bucket.objects)
    bucket.objects[key] = content
    with pytest.raises(JobError, match=f"s3://{BUCKET}/{key} is not a Parquet file of rows"):
        offline.read(bucket, STORE, START, START + HOUR, FEE)


def test_odd_online_values_are_missing_or_no_numbers(monkeypatch):
    names = [f"2024-10-10T00:0{k}:00Z" for k in range(3)]
    found = {
        names[0]: {"tx_minute": names[0], "event_time": "2024-10-10T00:01:00.001Z"},
        names[1]: {"tx_minute": names[1], "avg_fee_1min": "5"},
        names[2]: {"tx_minute": names[2], "event_time": "x", "avg_fee_1min": "no"},
    }
    monkeypatch.setattr("common.feature_rows.batch_get", lambda *_: found)
    table = online.read(None, "g", [START + k * MINUTE for k in range(3)], FEE)
    assert rows.malformed(table) == 2
    assert averages(table) == {}
