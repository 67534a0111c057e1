import io
import re
import time

import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from common import times
from common.feature_rows import FEATURES
from sagemaker_pipelines.data.feature_store import offline, online, rows
from sagemaker_pipelines.data.history import frame

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
        RoleArn="arn:aws:iam::123456789012:role/store-role",
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
    return [{"FeatureName": n, "ValueAsString": v} for n, v in values.items()]


def put(store, *args, **more):
    store.put_record(FeatureGroupName=GROUP, Record=record(*args, **more))


def fee(store, minute):
    answer = store.get_record(FeatureGroupName=GROUP, RecordIdentifierValueAsString=minute)
    values = {v["FeatureName"]: v["ValueAsString"] for v in answer.get("Record", [])}
    return values.get("avg_fee_1min")


def fee_number(store, minute):
    return float(fee(store, minute))


def test_description_has_what_terraform_and_training_read(aws):
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
def test_records_that_do_not_fit_are_refused(store, change):
    values = {"tx_minute": MINUTE, "event_time": "2024-10-10T00:06:00Z", **change}
    features = [{"FeatureName": n, "ValueAsString": v} for n, v in values.items()]
    with pytest.raises(store.exceptions.ValidationError):
        store.put_record(FeatureGroupName=GROUP, Record=features)


def test_missing_event_time_and_unknown_groups_are_refused(store):
    only_id = [{"FeatureName": "tx_minute", "ValueAsString": MINUTE}]
    with pytest.raises(store.exceptions.ValidationError, match="event_time"):
        store.put_record(FeatureGroupName=GROUP, Record=only_id)
    with pytest.raises(store.exceptions.ValidationError, match="can't find a FeatureGroup"):
        store.put_record(FeatureGroupName="nobody", Record=only_id)
    with pytest.raises(store.exceptions.ResourceNotFound):
        store.get_record(FeatureGroupName="nobody", RecordIdentifierValueAsString="x")


def test_an_unknown_record_is_an_empty_answer(store):
    answer = store.get_record(FeatureGroupName=GROUP, RecordIdentifierValueAsString="x")
    assert "Record" not in answer


def test_batch_returns_what_is_there_and_takes_a_hundred(store):
    minutes = [f"2024-10-09T{h:02}:{m:02}:00Z" for h in range(2) for m in range(60)][:101]
    for minute in minutes[:99]:
        put(store, minute, minute)
    wanted = {"FeatureGroupName": GROUP, "FeatureNames": ["avg_fee_1min"]}
    asked = [{**wanted, "RecordIdentifiersValueAsString": minutes[:100]}]
    started = time.perf_counter()
    answer = store.batch_get_record(Identifiers=asked)
    assert time.perf_counter() - started < 1
    assert len(answer["Records"]) == 99
    assert answer["UnprocessedIdentifiers"] == answer["Errors"] == []
    assert answer["Records"][0]["Record"] == [
        {"FeatureName": "avg_fee_1min", "ValueAsString": "2.5"}
    ]
    with pytest.raises(ClientError, match="ValidationException"):
        store.batch_get_record(Identifiers=[{**wanted, "RecordIdentifiersValueAsString": minutes}])


def test_deletions_follow_the_event_time(store):
    minute, when = "2024-10-10T00:20:00Z", "2024-10-10T00:21:00Z"
    which = {"FeatureGroupName": GROUP, "RecordIdentifierValueAsString": minute}
    put(store, minute, when)
    store.delete_record(**which, EventTime=when)
    assert fee(store, minute) == "2.5"
    with pytest.raises(store.exceptions.ValidationError):
        store.delete_record(**which, EventTime=when, DeletionMode="HardDelete")
    store.delete_record(**which, EventTime="2024-10-10T00:22:00Z")
    assert fee(store, minute) is None
    put(store, minute, when)
    assert fee(store, minute) is None
    store.delete_record(**which, EventTime="2024-10-10T00:23:00Z", DeletionMode="HardDelete")
    put(store, minute, when)
    assert fee(store, minute) == "2.5"


def test_every_write_is_a_row_of_the_hour_of_its_event_time(aws, store):
    s3 = aws.client("s3")
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
    aws.advance("2024-10-10T00:05:01Z")
    aws.settle()
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
    assert rows[0]["write_time"].isoformat() == "2024-10-10T00:05:00+00:00"
    assert rows[0]["api_invocation_time"].isoformat() == "2024-10-10T00:00:00+00:00"


def offline_fee(aws, minute, group=GROUP, as_of=None):
    """Read a minute offline, by the reader of the training."""
    first = times.parse(minute)
    store = offline.find(aws.client("sagemaker"), group)
    found = offline.read(aws.client("s3"), store, first, first + times.MINUTE, FEE, as_of)
    return rows.values(rows.latest(found, store.lifetime), FEE[0]).get(first)


def test_the_training_reads_what_was_written(aws, store):
    minute = "2024-10-10T06:10:00Z"
    put(store, minute, "2024-10-10T06:11:00.002Z", "8.5")
    put(store, minute, "2024-10-10T06:11:00.001Z", "4.5")
    aws.advance("2024-10-10T00:10:02Z")
    aws.settle()
    assert offline_fee(aws, minute) == 8.5
    newest = online.read(store, GROUP, [times.parse(minute)], tuple(FEATURES))
    found = frame(rows.latest(newest))
    assert found["avg_fee_1min"].to_list() == [8.5]
    assert found["total_nb_trx_1min"].to_list() == [7]
    assert found["total_fee_1min"].isna().all()


def test_deleted_minute_is_missing_offline_until_it_is_written_again(aws, store):
    minute, which = "2024-10-10T07:00:00Z", {"FeatureGroupName": GROUP}
    put(store, minute, "2024-10-10T07:01:00.001Z", "8.5")
    which["RecordIdentifierValueAsString"] = minute
    store.delete_record(**which, EventTime="2024-10-12T00:00:00Z")  # days later, another folder
    aws.advance("2024-10-10T00:15:10Z")
    aws.settle()
    assert fee(store, minute) is None
    assert offline_fee(aws, minute) is None
    assert offline_fee(aws, minute, as_of=times.parse("2024-10-11T00:00:00Z")) == 8.5
    put(store, minute, "2024-10-12T00:00:00.001Z", "9.5")
    aws.advance("2024-10-10T00:20:20Z")
    aws.settle()
    assert offline_fee(aws, minute) == fee_number(store, minute) == 9.5


def test_records_expire_after_their_time_to_live(aws, store):
    minute = "2024-10-10T00:30:00Z"
    store.put_record(
        FeatureGroupName=GROUP,
        Record=record(minute, "2024-10-10T00:31:00Z"),
        TtlDuration={"Unit": "Minutes", "Value": 5},
    )
    which = {"FeatureGroupName": GROUP, "RecordIdentifierValueAsString": minute}
    answer = store.get_record(**which, ExpirationTimeResponse="Enabled")
    assert answer["ExpiresAt"] == "2024-10-10T00:36:00Z"
    aws.advance("2024-10-10T00:36:00Z")
    assert fee(store, minute) is None


def test_expired_record_is_absent_online_and_stays_offline(aws, store):
    group, minute = "loop-week", "2024-10-10T00:10:00Z"
    create_group(aws, group, TtlDuration={"Unit": "Days", "Value": 7})
    features = record(minute, "2024-10-10T00:11:00.001Z")
    store.put_record(FeatureGroupName=group, Record=features)
    which = {"FeatureGroupName": group, "RecordIdentifierValueAsString": minute}
    aws.advance("2024-10-17T00:10:59Z")
    assert "Record" in store.get_record(**which)
    aws.advance("2024-10-17T00:11:01Z")
    assert "Record" not in store.get_record(**which)
    wanted = {"FeatureGroupName": group, "RecordIdentifiersValueAsString": [minute]}
    assert store.batch_get_record(Identifiers=[wanted])["Records"] == []
    assert offline_fee(aws, minute, group) == 2.5


def test_new_time_to_live_is_for_records_that_come_after_it(aws, store):
    group = "loop-week"
    first, second = "2024-10-17T00:10:00Z", "2024-10-17T00:11:00Z"
    store.put_record(FeatureGroupName=group, Record=record(first, "2024-10-17T00:11:00Z"))
    day = {"TtlDuration": {"Unit": "Days", "Value": 1}}
    aws.client("sagemaker").update_feature_group(FeatureGroupName=group, OnlineStoreConfig=day)
    store.put_record(FeatureGroupName=group, Record=record(second, "2024-10-17T00:12:00Z"))
    aws.advance("2024-10-19T00:00:00Z")
    wanted = {"FeatureGroupName": group, "RecordIdentifiersValueAsString": [first, second]}
    found = store.batch_get_record(Identifiers=[wanted])["Records"]
    assert [one["RecordIdentifierValueAsString"] for one in found] == [first]
