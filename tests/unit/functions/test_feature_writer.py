"""Batches of the stream of minutes through the handler."""

import base64
import json

import pytest
from hypothesis import given

from feature_writer import flink_row, handler
from tests.support.deliveries import MINUTE, minutes
from tests.support.fake_feature_store import FeatureStore, response, stubbed
from tests.support.feature_records import to_values
from tests.support.lambda_context import CONTEXT
from tests.support.lambda_events import printed
from window_aggregator import feature_record

GROUPS = json.dumps([["test-minutes", feature_record.FIRST_VERSION]])
ARRIVED = 1728561662.5  # arrival of the first record of a batch, epoch seconds
FEES = {("a", 10), ("b", 15)}
ROW = {
    "tx_minute": MINUTE,
    "total_nb_trx_1min": 2,
    "total_fee_1min": 25,
    "avg_fee_1min": 12.5,
    "event_time": "2024-10-10T12:01:00.002Z",
}


class Throttled(FeatureStore):
    """Throttle the second record."""

    requests = 0

    def put(self, request, **_):
        self.requests += 1
        if self.requests == 2:
            return response(request, {"__type": "ThrottlingException", "message": "slow"}, 400)
        return super().put(request)


class Versions(FeatureStore):
    """Record which features each group receives."""

    def __init__(self):
        super().__init__()
        self.features = {}

    def put(self, request, **_):
        result = super().put(request)
        record = json.loads(request.body)["Record"]
        self.features[self.group] = [item["FeatureName"] for item in record]
        return result


@pytest.fixture
def online(monkeypatch):
    monkeypatch.setenv("FEATURE_GROUPS", GROUPS)
    store = FeatureStore()
    with stubbed(handler.store, "PutRecord", store.put):
        yield store


def batch(*texts):
    records = [
        {
            "sequenceNumber": str(number),
            "data": base64.b64encode(text).decode(),
            "approximateArrivalTimestamp": ARRIVED + number,
        }
        for number, text in enumerate(texts)
    ]
    return {"Records": [{"kinesis": record} for record in records]}


def line(**changed):
    return json.dumps(ROW | changed).encode()


def recorded(data):
    return flink_row.record(flink_row.parse(data), feature_record.FIRST_VERSION)


def failures(result):
    return [item["itemIdentifier"] for item in result["batchItemFailures"]]


def test_row_becomes_the_record_that_window_aggregator_writes(online, capsys):
    assert handler.lambda_handler(batch(line()), CONTEXT) == {"batchItemFailures": []}
    assert online.rows == {MINUTE: to_values(feature_record.record(MINUTE, FEES))}
    assert online.group == "test-minutes"
    [counted], [logged] = printed(capsys)
    assert counted["RowsWritten"] == 1
    assert counted["_aws"]["Timestamp"] == 1728561662500
    assert logged == {"message": "rows written", "rows": 1, "failed": 0}


@given(minutes)
def test_record_is_byte_identical(members):
    record = feature_record.record(MINUTE, members)
    row = to_values(record)
    for name in ("total_nb_trx_1min", "total_fee_1min"):
        row[name] = int(row[name])
    row["avg_fee_1min"] = float(row["avg_fee_1min"])
    assert recorded(json.dumps(row).encode()) == record


def test_exponent_notation_of_java_is_the_same_number():
    data = line().replace(b"12.5", b"1.234567891E7")
    assert to_values(recorded(data))["avg_fee_1min"] == "12345678.91"


def test_repeated_batch_changes_nothing(online):
    event = batch(line(), line(total_nb_trx_1min=3, event_time="2024-10-10T12:01:00.003Z"))
    handler.lambda_handler(event, CONTEXT)
    before = dict(online.rows)
    handler.lambda_handler(event, CONTEXT)
    assert online.rows == before
    assert online.rows[MINUTE]["total_nb_trx_1min"] == "3"


def test_older_row_that_arrives_later_changes_nothing(online):
    newer = line(total_nb_trx_1min=3, event_time="2024-10-10T12:01:00.003Z")
    handler.lambda_handler(batch(newer, line()), CONTEXT)
    assert online.rows[MINUTE]["total_nb_trx_1min"] == "3"


@pytest.mark.parametrize(
    "poison",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        line(total_nb_trx_1min="2"),
        line(total_fee_1min=25.0),
        line(avg_fee_1min=None),
        line(avg_fee_1min=12),
        line(more=1),
        json.dumps({"reason": "later", "record": "x"}).encode(),
    ],
)
def test_malformed_row_is_reported_and_the_others_are_written(online, capsys, poison):
    second = "2024-10-10T12:01:00Z"
    result = handler.lambda_handler(batch(line(), poison, line(tx_minute=second)), CONTEXT)
    assert failures(result) == ["1"]
    assert sorted(online.rows) == [MINUTE, second]
    _, [rejected, logged] = printed(capsys)
    assert rejected["sequence_number"] == "1"
    assert logged["failed"] == 1


def test_record_that_the_store_rejects_is_reported(monkeypatch):
    monkeypatch.setenv("FEATURE_GROUPS", GROUPS)
    store = Throttled()
    texts = [line(tx_minute=f"2024-10-10T12:0{number}:00Z") for number in range(3)]
    with stubbed(handler.store, "PutRecord", store.put):
        assert failures(handler.lambda_handler(batch(*texts), CONTEXT)) == ["1"]
    assert len(store.rows) == 2


def test_missing_setting_fails_the_invocation(monkeypatch):
    monkeypatch.delenv("FEATURE_GROUPS", raising=False)
    with pytest.raises(ValueError, match="FEATURE_GROUPS: got None, expected JSON"):
        handler.lambda_handler(batch(line()), CONTEXT)


def test_every_version_of_the_group_receives_its_features(monkeypatch):
    versions = [
        ["test-minutes", feature_record.FIRST_VERSION],
        ["test-minutes-v2", ["avg_fee_1min"]],
    ]
    monkeypatch.setenv("FEATURE_GROUPS", json.dumps(versions))
    store = Versions()
    with stubbed(handler.store, "PutRecord", store.put):
        assert failures(handler.lambda_handler(batch(line()), CONTEXT)) == []
    assert store.features == {
        "test-minutes": ["tx_minute", *feature_record.FIRST_VERSION, "event_time"],
        "test-minutes-v2": ["tx_minute", "avg_fee_1min", "event_time"],
    }


def test_feature_that_the_engine_does_not_compute_fails_the_invocation(online, monkeypatch):
    monkeypatch.setenv("FEATURE_GROUPS", json.dumps([["test-minutes-v2", ["median_fee_1min"]]]))
    with pytest.raises(ValueError, match="feature: got 'median_fee_1min', expected one of"):
        handler.lambda_handler(batch(line()), CONTEXT)
    assert not online.rows
