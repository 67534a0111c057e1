"""History -> files, and the reading of parquet, S3 and the online store."""

import io
from datetime import UTC, datetime, timedelta

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from sagemaker_pipelines.paths import JobError
from sagemaker_pipelines.steps import feature_store
from sagemaker_pipelines.steps.channels import prepare
from sagemaker_pipelines.steps.minutes import MINUTE, History, Row

START = datetime(2024, 10, 10, tzinfo=UTC)
SETTINGS = {"horizon": 30, "wanted": 24, "request_minutes": 270}


def history(length, missing=()):
    values = [None if n in missing else float(n) for n in range(length)]
    return History(START, values)


def parquet(rows):
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file)
    return file.getvalue()


def offline(minute, fee, event_time, **more):
    return {
        "tx_minute": minute,
        "total_nb_trx_1min": 3,
        "total_fee_1min": 30,
        "avg_fee_1min": fee,
        "event_time": event_time,
        "api_invocation_time": START,
        "write_time": START,
        "is_deleted": False,
    } | more


def test_training_ends_where_the_first_window_begins():
    files = prepare(history(1800), **SETTINGS)
    first = files.windows[0]
    assert len(files.train[0]["target"]) == 1080
    assert first["truth"] == files.test[0]["target"][-30:] == [float(n) for n in range(1080, 1110)]
    assert first["first_minute"] == "2024-10-10T18:00:00Z"
    assert first["naive"] == files.backtest[0]["target"][-1] == 1079.0


def test_requests_hold_as_many_minutes_as_the_monitor_sends():
    files = prepare(history(1800), **SETTINGS)
    assert {len(request["target"]) for request in files.backtest} == {270}
    assert files.backtest[0]["start"] == "2024-10-10 13:30:00"
    assert len(files.windows) == len(files.backtest) == len(files.test) == 24


def test_missing_minutes_are_said_to_be_missing():
    files = prepare(history(1800, missing={5, 1079, 1085}), **SETTINGS)
    assert files.train[0]["target"][5] == "NaN"
    assert files.windows[0]["truth"][5] is None
    assert files.windows[0]["naive"] == 1078.0
    assert files.summary == {
        "first": "2024-10-10T00:00:00Z",
        "last": "2024-10-11T05:59:00Z",
        "minutes": 1800,
        "missing": 3,
        "training_end": "2024-10-10T18:00:00Z",
    }


def test_window_without_truth_is_left_out():
    files = prepare(history(1800, missing=set(range(1080, 1110))), **SETTINGS)
    assert len(files.windows) == 23


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (history(80), "80 minutes of history are too few for 8 backtest windows"),
        (history(1800, missing=set(range(1000, 1790))), "backtest windows have data for half"),
    ],
    ids=["short", "long-outage"],
)
def test_too_little_data_is_refused_with_a_sentence(given, sentence):
    with pytest.raises(JobError, match=sentence):
        prepare(given, **SETTINGS)


def test_only_the_hours_of_the_window_are_listed():
    parts = list(feature_store.hour_partitions(START, START + timedelta(minutes=59)))
    assert parts == [
        "year=2024/month=10/day=10/hour=00/",
        "year=2024/month=10/day=10/hour=01/",  # the last minute's event time may lie there
    ]


@pytest.mark.parametrize("deleted", [True, "true", "True"], ids=["bool", "text", "Text"])
def test_parquet_rows_are_read_whatever_their_types(deleted):
    row = offline("2024-10-10T00:05:00Z", 10.5, "2024-10-10T00:06:00.003Z", is_deleted=deleted)
    assert list(feature_store.parquet_rows(parquet([row]))) == [
        Row(
            minute=START + 5 * MINUTE,
            average_fee=10.5,
            event_time=START + 6 * MINUTE + timedelta(milliseconds=3),
            transactions=3.0,
            total_fee=30.0,
            api_invocation_time=START,
            write_time=START,
            is_deleted=True,
        )
    ]


@mock_aws
def test_offline_rows_come_from_every_file_of_the_hours():
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="data")
    for hour, minute in ((0, 5), (0, 6), (3, 7)):
        time = START + hour * 60 * MINUTE + minute * MINUTE
        row = offline(time.strftime("%Y-%m-%dT%H:%M:%SZ"), 1.0, time.isoformat())
        key = f"fs/data/year=2024/month=10/day=10/hour={hour:02}/{minute}.parquet"
        s3.put_object(Bucket="data", Key=key, Body=parquet([row]))

    rows = feature_store.offline_rows(s3, "data", "fs/data", START, START + timedelta(hours=1))

    assert [row.minute for row in rows] == [START + 5 * MINUTE, START + 6 * MINUTE]


def test_unprocessed_minutes_are_asked_for_again():
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
            "FeatureNames": list(feature_store.FEATURES),
        }
    ]
    values = {
        "tx_minute": "2024-10-10T00:00:00Z",
        "total_nb_trx_1min": "2",
        "total_fee_1min": "25",
        "avg_fee_1min": "12.5",
        "event_time": "2024-10-10T00:01:00.002Z",
    }
    record = {
        "FeatureGroupName": "group",
        "RecordIdentifierValueAsString": "2024-10-10T00:00:00Z",
        "Record": [{"FeatureName": k, "ValueAsString": v} for k, v in values.items()],
    }
    nothing = {"Records": [], "Errors": [], "UnprocessedIdentifiers": identifiers}
    with Stubber(runtime) as stub:
        asked = {"Identifiers": identifiers}
        stub.add_response("batch_get_record", nothing, asked)
        found = {"Records": [record], "Errors": [], "UnprocessedIdentifiers": []}
        stub.add_response("batch_get_record", found, asked)
        rows = list(feature_store.online_rows(runtime, "group", [START]))
        stub.assert_no_pending_responses()
    assert [(row.transactions, row.total_fee, row.average_fee) for row in rows] == [(2, 25, 12.5)]
