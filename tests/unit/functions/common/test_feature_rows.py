import boto3
import pytest

from common import feature_rows, times, windows
from common.feature_rows import FeatureStoreError
from tests.support.fake_feature_store import FeatureStore, response, stubbed

NOW = times.parse("2024-10-10T06:00:30Z")


@pytest.fixture
def online():
    return FeatureStore()


@pytest.fixture
def client(online):
    store = boto3.client("sagemaker-featurestore-runtime")
    with stubbed(store, "BatchGetRecord", online.batch):
        yield store


@pytest.fixture
def pauses(monkeypatch):
    pauses = []
    monkeypatch.setattr(feature_rows, "sleep", pauses.append)
    return pauses


def fill(online, names):
    for number, name in enumerate(names):
        online.rows[name] = {"tx_minute": name, "avg_fee_1min": repr(number + 0.5)}


def test_request_has_100_identifiers_and_missing_rows_are_none(online, client):
    names = times.minutes(NOW, 230)
    fill(online, names)
    del online.rows[names[3]]
    fees = windows.average_fees(client, "evergreen-minutes", names)
    assert online.batches == [100, 100, 30]
    assert fees == [None if k == 3 else k + 0.5 for k in range(230)]


def test_unprocessed_identifiers_are_requested_again_after_growing_pauses(online, client, pauses):
    names = times.minutes(NOW, 60)
    fill(online, names)
    online.unprocessed = 8
    assert feature_rows.batch_get(client, "g", names) == online.rows
    assert online.batches == [60, 8, 4, 2, 1]
    assert pauses == [0.05, 0.1, 0.2, 0.4]


def test_identifiers_that_stay_unprocessed_are_an_error(online, client, pauses):
    names = times.minutes(NOW, 100)
    fill(online, names)
    online.unprocessed = 100
    with pytest.raises(FeatureStoreError, match="unprocessed after 5"):
        feature_rows.batch_get(client, "g", names)
    assert len(pauses) == 4


def test_only_the_requested_features_are_read(online):
    client, requests = boto3.client("sagemaker-featurestore-runtime"), []

    def reply(request, **_):
        requests.append(request.body)
        return online.batch(request)

    with stubbed(client, "BatchGetRecord", reply):
        feature_rows.batch_get(client, "g", ["m"], [feature_rows.AVERAGE_FEE])
    assert b'"FeatureNames": ["tx_minute", "avg_fee_1min"]' in requests[0]


def test_reported_errors_are_not_missing_rows():
    client = boto3.client("sagemaker-featurestore-runtime")

    def refuse(request, **_):
        error = {
            "FeatureGroupName": "g",
            "RecordIdentifierValueAsString": "m",
            "ErrorCode": "AccessForbidden",
            "ErrorMessage": "no",
        }
        return response(request, {"Records": [], "Errors": [error], "UnprocessedIdentifiers": []})

    with (
        stubbed(client, "BatchGetRecord", refuse),
        pytest.raises(FeatureStoreError, match="AccessForbidden"),
    ):
        feature_rows.batch_get(client, "g", ["m"])
