"""Minute rows read back from the Feature Store."""

import boto3
import pytest

from common import minutes, times
from tests.unit.functions.feature_store import FeatureStore, answer, answered

NOW = times.parse("2024-10-10T06:00:30Z")


@pytest.fixture
def online():
    return FeatureStore()


@pytest.fixture
def client(online):
    store = boto3.client("sagemaker-featurestore-runtime")
    with answered(store, "BatchGetRecord", online.batch):
        yield store


def fill(online, names):
    for number, name in enumerate(names):
        online.rows[name] = {"tx_minute": name, "avg_fee_1min": repr(number + 0.5)}


def test_hundred_identifiers_a_call_and_none_for_missing_rows(online, client):
    names = times.minutes(NOW, 230)
    fill(online, names)
    del online.rows[names[3]]
    fees = minutes.read(client, "evergreen-minutes", names)
    assert online.batches == [100, 100, 30]
    assert fees == [None if k == 3 else k + 0.5 for k in range(230)]


def test_unprocessed_identifiers_are_asked_for_again(online, client):
    names = times.minutes(NOW, 60)
    fill(online, names)
    online.leave = 8
    assert minutes.read(client, "g", names) == [k + 0.5 for k in range(60)]
    assert online.batches == [60, 8, 4, 2, 1]


def test_identifiers_that_stay_unprocessed_are_no_missing_rows(online, client):
    names = times.minutes(NOW, 100)
    fill(online, names)
    online.leave = 100
    with pytest.raises(RuntimeError, match="unprocessed after 5"):
        minutes.read(client, "g", names)


def test_errors_are_no_missing_rows():
    client = boto3.client("sagemaker-featurestore-runtime")

    def refuse(request, **_):
        error = {
            "FeatureGroupName": "g",
            "RecordIdentifierValueAsString": "m",
            "ErrorCode": "AccessForbidden",
            "ErrorMessage": "no",
        }
        return answer(request, {"Records": [], "Errors": [error], "UnprocessedIdentifiers": []})

    with (
        answered(client, "BatchGetRecord", refuse),
        pytest.raises(RuntimeError, match="AccessForbidden"),
    ):
        minutes.read(client, "g", ["m"])


def test_newest_windows_end_before_the_lag(online, client):
    fill(online, times.minutes(times.parse("2024-10-10T01:00:00Z"), 300))
    windows = minutes.newest(client, "g", NOW, history=270, length=30, lag=5)
    assert times.iso(windows.first) == "2024-10-10T00:55:00Z"
    assert times.iso(windows.first_truth) == "2024-10-10T05:25:00Z"
    assert windows.truth[-1] == 294.5  # 05:54
    assert windows.context[:5] == [None] * 5
    assert (len(windows.context), len(windows.truth)) == (270, 30)
