"""The feature store of the local AWS: online and offline records, deletions, expiry."""

import io
import re
from datetime import timedelta

import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from common import times
from common.feature_rows import FEATURES
from sagemaker_pipelines.data.feature_store import offline, online, rows
from sagemaker_pipelines.data.history import frame
from tests.support.feature_records import to_record, to_values
from tests.support.local_aws import iso
from tests.support.permissions import ROLE

FEE = ["avg_fee_1min"]
GROUP, BUCKET = "loop-minutes", "loop-data"
MINUTE = "2024-10-10T00:05:00Z"
TYPES = {
    "tx_minute": "String",
    "total_nb_trx_1min": "Integral",
    "total_fee_1min": "Integral",
    "avg_fee_1min": "Fractional",
    "event_time": "String",
}


@pytest.fixture(scope="module", autouse=True)
def group(aws):
    aws.client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    create_group(aws, GROUP)


def create_group(aws, name, **online_store):
    definition = [{"FeatureName": n, "FeatureType": t} for n, t in TYPES.items()]
    aws.client("sagemaker").create_feature_group(
        FeatureGroupName=name,
        RecordIdentifierFeatureName="tx_minute",
        EventTimeFeatureName="event_time",
        RoleArn=ROLE,
        FeatureDefinitions=definition,
        OnlineStoreConfig={"EnableOnlineStore": True, **online_store},
        OfflineStoreConfig={
            "S3StorageConfig": {"S3Uri": f"s3://{BUCKET}/feature-store"},
            "DisableGlueTableCreation": True,
        },
    )


@pytest.fixture(scope="module")
def store(aws):
    return aws.client("sagemaker-featurestore-runtime")


def record(minute, event_time, fee="2.5", **more):
    values = {"tx_minute": minute, "total_nb_trx_1min": "7", "avg_fee_1min": fee}
    values |= {"event_time": event_time, **more}
    return to_record(values)


def put(store, *args, **more):
    store.put_record(FeatureGroupName=GROUP, Record=record(*args, **more))


def record_key(minute, group=GROUP):
    return {"FeatureGroupName": group, "RecordIdentifierValueAsString": minute}


def stamp(time):
    """Format an event time a millisecond after a time."""
    return f"{time:%Y-%m-%dT%H:%M:%S}.001Z"


def fee(store, minute):
    response = store.get_record(**record_key(minute))
    return to_values(response.get("Record", [])).get("avg_fee_1min")


def fee_number(store, minute):
    return float(fee(store, minute))


def test_description_has_the_fields_that_terraform_and_training_read(aws):
    described = aws.client("sagemaker").describe_feature_group(FeatureGroupName=GROUP)
    assert described["FeatureGroupStatus"] == "Created"
    assert [f["FeatureName"] for f in described["FeatureDefinitions"]] == list(TYPES)
    uri = described["OfflineStoreConfig"]["S3StorageConfig"]["ResolvedOutputS3Uri"]
    start = f"s3://{BUCKET}/feature-store/123456789012/sagemaker/eu-west-1/offline-store/{GROUP}-"
    assert re.fullmatch(re.escape(start) + r"\d+/data", uri)


def test_i4_only_a_later_event_time_replaces_the_online_record(store):
    put(store, MINUTE, "2024-10-10T00:06:00.360Z", "1")
    put(store, MINUTE, "2024-10-10T00:06:00.360Z", "2")
    assert fee(store, MINUTE) == "1"
    put(store, MINUTE, "2024-10-10T00:06:00.36Z", "3")
    assert fee(store, MINUTE) == "1"
    put(store, MINUTE, "2024-10-10T00:06:00Z", "4")
    assert fee(store, MINUTE) == "1"
    put(store, MINUTE, "2024-10-10T00:06:00.361Z", "5")
    assert fee(store, MINUTE) == "5"


@pytest.mark.parametrize(
    "change",
    [
        {"other": "1"},
        {"total_nb_trx_1min": "7.5"},
        {"avg_fee_1min": "NaN"},
        {"avg_fee_1min": "many"},
        {"event_time": "2024-10-10 00:06:00"},
        {"event_time": "2024-02-30T00:06:00Z"},
        {"tx_minute": ""},
    ],
    ids=lambda change: "-".join(f"{k}={v}" for k, v in change.items()),
)
def test_invalid_record_is_rejected(store, change):
    values = {"tx_minute": MINUTE, "event_time": "2024-10-10T00:06:00Z", **change}
    with pytest.raises(store.exceptions.ValidationError):
        store.put_record(FeatureGroupName=GROUP, Record=to_record(values))


def test_missing_event_time_and_unknown_group_are_rejected(store):
    only_id = [{"FeatureName": "tx_minute", "ValueAsString": MINUTE}]
    with pytest.raises(store.exceptions.ValidationError, match="event_time"):
        store.put_record(FeatureGroupName=GROUP, Record=only_id)
    with pytest.raises(store.exceptions.ValidationError, match="can't find a FeatureGroup"):
        store.put_record(FeatureGroupName="missing", Record=only_id)
    with pytest.raises(store.exceptions.ResourceNotFound):
        store.get_record(FeatureGroupName="missing", RecordIdentifierValueAsString="x")


def test_response_for_an_unknown_record_is_empty(store):
    response = store.get_record(FeatureGroupName=GROUP, RecordIdentifierValueAsString="x")
    assert "Record" not in response


def test_one_batch_request_returns_the_existing_of_100_records_from_memory(aws, store):
    minutes = [f"2024-10-09T{h:02}:{m:02}:00Z" for h in range(2) for m in range(60)][:101]
    for minute in minutes[:99]:
        put(store, minute, minute)
    group = {"FeatureGroupName": GROUP, "FeatureNames": ["avg_fee_1min"]}
    aws.settle()  # the offline store may be writing to S3
    aws.post("faults", faults=[{"service": "s3", "status": 500}])
    requests = []
    client = aws.client("sagemaker-featurestore-runtime")
    client.meta.events.register("before-send", lambda request, **_: requests.append(request.url))
    identifiers = [{**group, "RecordIdentifiersValueAsString": minutes[:100]}]
    response = client.batch_get_record(Identifiers=identifiers)
    (s3_fault,) = aws.get("faults")["faults"]
    aws.post("faults", faults=[])
    assert len(requests) == 1
    assert s3_fault["times"] == 1  # still pending: nothing was read from S3
    assert len(response["Records"]) == 99
    assert response["UnprocessedIdentifiers"] == response["Errors"] == []
    assert response["Records"][0]["Record"] == [
        {"FeatureName": "avg_fee_1min", "ValueAsString": "2.5"}
    ]
    identifiers = [{**group, "RecordIdentifiersValueAsString": minutes}]
    with pytest.raises(ClientError, match="ValidationException"):
        store.batch_get_record(Identifiers=identifiers)


def test_deletion_needs_a_later_event_time(store):
    minute, when = "2024-10-10T00:20:00Z", "2024-10-10T00:21:00Z"
    key = record_key(minute)
    put(store, minute, when)
    store.delete_record(**key, EventTime=when)
    assert fee(store, minute) == "2.5"
    with pytest.raises(store.exceptions.ValidationError):
        store.delete_record(**key, EventTime=when, DeletionMode="HardDelete")
    store.delete_record(**key, EventTime="2024-10-10T00:22:00Z")
    assert fee(store, minute) is None
    put(store, minute, when)
    assert fee(store, minute) is None
    store.delete_record(**key, EventTime="2024-10-10T00:23:00Z", DeletionMode="HardDelete")
    put(store, minute, when)
    assert fee(store, minute) == "2.5"


def test_every_write_is_a_row_of_the_hour_of_its_event_time(aws, store):
    s3, now = aws.client("s3"), aws.next_hour()
    minute = "2024-10-10T02:59:00Z"
    put(store, minute, "2024-10-10T03:00:00.007Z", "1.25")
    put(store, minute, "2024-10-10T03:00:00.007Z", "1.5")
    store.put_record(
        FeatureGroupName=GROUP,
        Record=record(minute, "2024-10-10T03:00:00.008Z", "1.75"),
        TargetStores=["OnlineStore"],
    )
    store.delete_record(
        FeatureGroupName=GROUP,
        RecordIdentifierValueAsString=minute,
        EventTime="2024-10-10T03:00:01Z",
    )
    aws.pass_minutes(6)
    described = aws.client("sagemaker").describe_feature_group(FeatureGroupName=GROUP)
    uri = described["OfflineStoreConfig"]["S3StorageConfig"]["ResolvedOutputS3Uri"]
    prefix = f"{uri.removeprefix(f's3://{BUCKET}/')}/year=2024/month=10/day=10/hour=03/"
    (entry,) = s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)["Contents"]
    assert re.fullmatch(
        r"20241010T030001Z_[A-Za-z0-9]{16}\.parquet", entry["Key"].removeprefix(prefix)
    )
    content = s3.get_object(Bucket=BUCKET, Key=entry["Key"])["Body"].read()
    rows = pq.ParquetFile(io.BytesIO(content)).read().to_pylist()
    assert [(r["avg_fee_1min"], r["total_nb_trx_1min"], r["is_deleted"]) for r in rows] == [
        (1.25, 7, False),
        (1.5, 7, False),
        (None, None, True),
    ]
    assert rows[0]["write_time"] == now + timedelta(minutes=5)
    assert rows[0]["api_invocation_time"] == now


def offline_fee(aws, minute, group=GROUP, as_of=None):
    """Read a minute offline with the reader of the training."""
    first = times.parse(minute)
    store = offline.find(aws.client("sagemaker"), group)
    found = offline.read(aws.client("s3"), store, first, first + times.MINUTE, FEE, as_of)
    return rows.values(rows.latest(found, store.lifetime), FEE[0]).get(first)


def test_training_reads_the_latest_record(aws, store):
    minute = "2024-10-10T06:10:00Z"
    put(store, minute, "2024-10-10T06:11:00.002Z", "8.5")
    put(store, minute, "2024-10-10T06:11:00.001Z", "4.5")
    aws.pass_minutes(6)
    assert offline_fee(aws, minute) == 8.5
    newest = online.read(store, GROUP, [times.parse(minute)], tuple(FEATURES))
    found = frame(rows.latest(newest))
    assert found["avg_fee_1min"].to_list() == [8.5]
    assert found["total_nb_trx_1min"].to_list() == [7]
    assert found["total_fee_1min"].isna().all()


def test_rows_of_a_backfill_do_not_wait(aws, store):
    first = times.parse("2024-10-08T00:00:00Z")
    for minute in times.minutes(first, 100):
        put(store, minute, minute.replace("Z", ".001Z"), "3.5")
    aws.pass_minutes(1)
    assert offline_fee(aws, iso(first)) == 3.5


def test_deleted_minute_is_missing_offline_until_it_is_written_again(aws, store):
    now = aws.next_hour()
    minute, deleted_at = iso(now), now + timedelta(days=2)  # days later, in another folder
    put(store, minute, stamp(now + timedelta(minutes=1)), "8.5")
    store.delete_record(**record_key(minute), EventTime=iso(deleted_at))
    aws.pass_minutes(6)
    assert fee(store, minute) is None
    assert offline_fee(aws, minute) is None
    assert offline_fee(aws, minute, as_of=now + timedelta(days=1)) == 8.5
    put(store, minute, stamp(deleted_at), "9.5")
    aws.pass_minutes(6)
    assert offline_fee(aws, minute) == fee_number(store, minute) == 9.5


def test_record_expires_after_its_time_to_live(aws, store):
    now = aws.next_hour()
    minute = iso(now)
    store.put_record(
        FeatureGroupName=GROUP,
        Record=record(minute, iso(now + timedelta(minutes=1))),
        TtlDuration={"Unit": "Minutes", "Value": 5},
    )
    response = store.get_record(**record_key(minute), ExpirationTimeResponse="Enabled")
    assert response["ExpiresAt"] == iso(now + timedelta(minutes=6))
    aws.advance(now + timedelta(minutes=6))
    assert fee(store, minute) is None


def test_expired_record_is_absent_online_and_remains_offline(aws, store):
    group, now = "loop-week", aws.next_hour()
    create_group(aws, group, TtlDuration={"Unit": "Days", "Value": 7})
    minute, expiry = iso(now), now + timedelta(days=7, minutes=1)
    features = record(minute, stamp(now + timedelta(minutes=1)))
    store.put_record(FeatureGroupName=group, Record=features)
    aws.advance(expiry - timedelta(seconds=1))
    assert "Record" in store.get_record(**record_key(minute, group))
    aws.advance(expiry + timedelta(seconds=1))
    assert "Record" not in store.get_record(**record_key(minute, group))
    identifiers = {"FeatureGroupName": group, "RecordIdentifiersValueAsString": [minute]}
    assert store.batch_get_record(Identifiers=[identifiers])["Records"] == []
    assert offline_fee(aws, minute, group) == 2.5


def test_new_time_to_live_applies_to_later_records_only(aws, store):
    group, now = "loop-shortened", aws.next_hour()
    create_group(aws, group, TtlDuration={"Unit": "Days", "Value": 7})
    minutes = [iso(now), iso(now + timedelta(minutes=1))]
    store.put_record(FeatureGroupName=group, Record=record(minutes[0], minutes[0]))
    day = {"TtlDuration": {"Unit": "Days", "Value": 1}}
    aws.client("sagemaker").update_feature_group(FeatureGroupName=group, OnlineStoreConfig=day)
    store.put_record(FeatureGroupName=group, Record=record(minutes[1], minutes[1]))
    aws.advance(now + timedelta(days=2))
    identifiers = {"FeatureGroupName": group, "RecordIdentifiersValueAsString": minutes}
    found = store.batch_get_record(Identifiers=[identifiers])["Records"]
    assert [item["RecordIdentifierValueAsString"] for item in found] == minutes[:1]
