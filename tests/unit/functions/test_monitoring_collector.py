"""One hour's measurement, from the schedule's event to the reading."""

import json

import pytest

from common import scores
from tests.unit.functions.lambdas import bucket, objects, printed
from tests.unit.functions.production import ENVIRONMENT, Production

KEY = "monitoring/production/2024/10/10/06/production-2024-10-10T06:00:00Z.json"


@pytest.fixture
def production(monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with bucket() as s3:
        account = Production(s3)
        account.threshold(0.3)
        yield account


def test_reading_scores_the_newest_complete_minutes(production, capsys):
    production.store.rows["2024-10-10T05:54:00Z"]["avg_fee_1min"] = "130.0"  # the last one
    result = production.measure()
    truth = [100.0] * 29 + [130.0]
    loss = scores.mean_wql(truth, production.quantiles)
    naive = scores.mean_wql(truth, dict.fromkeys(production.quantiles, [100.0] * 30))
    assert production.readings() == {
        KEY: {
            "version": "1",
            "stage": "production",
            "time": "2024-10-10T06:00:00Z",
            "inference_id": "production-2024-10-10T06:00:00Z",
            "first_minute": "2024-10-10T05:25:00Z",
            "truth": truth,
            "quantiles": production.quantiles,
            "mean": [100.0] * 30,
            "wql": loss,
            "naive_wql": naive,
            "coverage": 29 / 30,
            "threshold": 0.3,
            "endpoint_config": "test-production-v3",
        }
    }
    assert result["wql"] == loss
    [metric], [logged] = printed(capsys)
    assert metric["_aws"]["Timestamp"] == 1728540000000
    assert metric["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["Stage"]]
    values = {"MeanQuantileLoss": loss, "NaiveQuantileLoss": naive, "Coverage": 29 / 30}
    assert metric == metric | values | {"Threshold": 0.3, "Stage": "production"}
    assert logged["message"] == "production measured"


def test_endpoint_is_asked_for_hidden_minutes_from_what_came_before(production):
    production.forget("2024-10-10T01:00:00Z", 2)
    production.measure()
    [asked] = production.asked
    assert asked["InferenceId"] == "production-2024-10-10T06:00:00Z"
    [instance] = json.loads(asked["Body"])["instances"]
    assert instance["start"] == "2024-10-10 00:55:00"
    assert instance["target"] == [100.0] * 5 + ["NaN"] * 2 + [100.0] * 263


def test_redelivered_event_writes_the_same_reading(production):
    production.measure()
    before = objects(production.s3)
    production.measure()
    assert objects(production.s3) == before


def test_without_threshold_there_is_no_such_datapoint(production, capsys):
    production.threshold(None)
    production.measure()
    [metric], _ = printed(capsys)
    assert "Threshold" not in metric
    assert production.readings()[KEY]["threshold"] is None


@pytest.mark.parametrize("status", ["InService", "Updating", "SystemUpdating", "RollingBack"])
def test_endpoint_that_serves_is_measured(production, status):
    production.status = status
    assert "wql" in production.measure()


@pytest.mark.parametrize("status", [None, "Creating", "Deleting", "Failed", "OutOfService"])
def test_endpoint_that_does_not_serve_has_no_reading(production, capsys, status):
    production.status = status
    assert production.measure() == {"reason": "the endpoint does not serve"}
    metrics, [logged] = printed(capsys)
    assert (metrics, production.asked, production.readings()) == ([], [], {})
    assert logged["message"] == "no reading"


@pytest.mark.parametrize(
    ("first", "count", "reason"),
    [
        ("2024-10-10T05:25:00Z", 16, "only 14 of 30 minutes of truth are known"),
        ("2024-10-10T00:55:00Z", 136, "only 134 of 270 minutes of context are known"),
    ],
    ids=["truth", "context"],
)
def test_too_few_minutes_have_no_reading(production, first, count, reason):
    production.forget(first, count)
    assert production.measure() == {"reason": reason}
    assert (production.asked, production.readings()) == ([], {})


def test_missing_truth_is_not_scored(production):
    production.forget("2024-10-10T05:25:00Z", 15)
    production.quantiles["0.5"][:15] = [95.0] * 15
    production.measure()
    reading = production.readings()[KEY]
    assert reading["truth"] == [None] * 15 + [100.0] * 15
    assert reading["wql"] == pytest.approx(2 * (0.1 * 10 + 0.1 * 10) / 100 / 3)
    assert reading["coverage"] == 1
