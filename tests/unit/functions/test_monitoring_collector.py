"""One hourly measurement, from the scheduled event to the monitoring result."""

import json

import pytest

from common import scores
from tests.support.lambda_events import bucket, objects, printed
from tests.support.production_endpoint import ENVIRONMENT, Production

KEY = "monitoring/production/2024/10/10/06/production-2024-10-10T06:00:00Z.json"


@pytest.fixture
def production(monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with bucket() as s3:
        account = Production(s3)
        account.threshold(0.3)
        yield account


def test_result_scores_the_newest_complete_minutes(production, capsys):
    production.store.rows["2024-10-10T05:54:00Z"]["avg_fee_1min"] = "130.0"  # the last one
    result = production.measure()
    truth = [100.0] * 29 + [130.0]
    loss = scores.mean_wql(truth, production.quantiles)
    naive = scores.mean_wql(truth, dict.fromkeys(production.quantiles, [100.0] * 30))
    assert production.results() == {
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
    assert logged["message"] == "endpoint measured"


def test_request_has_the_minutes_before_the_truth(production):
    production.delete_rows("2024-10-10T01:00:00Z", 2)
    production.measure()
    [request] = production.requests
    assert request["InferenceId"] == "production-2024-10-10T06:00:00Z"
    [instance] = json.loads(request["Body"])["instances"]
    assert instance["start"] == "2024-10-10 00:55:00"
    assert instance["target"] == [100.0] * 5 + ["NaN"] * 2 + [100.0] * 263


def test_redelivered_event_writes_the_same_result(production):
    production.measure()
    before = objects(production.s3)
    production.measure()
    assert objects(production.s3) == before


def test_without_threshold_there_is_no_threshold_metric(production, capsys):
    production.threshold(None)
    production.measure()
    [metric], _ = printed(capsys)
    assert "Threshold" not in metric
    assert production.results()[KEY]["threshold"] is None


@pytest.mark.parametrize("status", ["InService", "Updating", "SystemUpdating", "RollingBack"])
def test_endpoint_that_serves_is_measured(production, status):
    production.status = status
    assert "wql" in production.measure()


@pytest.mark.parametrize("status", [None, "Creating", "Deleting", "Failed", "OutOfService"])
def test_endpoint_that_does_not_serve_is_not_measured(production, capsys, status):
    production.status = status
    assert production.measure() == {"reason": "no endpoint in service"}
    metrics, [logged] = printed(capsys)
    assert (metrics, production.requests, production.results()) == ([], [], {})
    assert logged["message"] == "measurement skipped"


@pytest.mark.parametrize(
    ("first", "count", "reason"),
    [
        ("2024-10-10T05:25:00Z", 16, "truth has rows for only 14 of 30 minutes"),
        ("2024-10-10T00:55:00Z", 136, "context has rows for only 134 of 270 minutes"),
    ],
    ids=["truth", "context"],
)
def test_too_few_minutes_are_not_measured(production, first, count, reason):
    production.delete_rows(first, count)
    assert production.measure() == {"reason": reason}
    assert (production.requests, production.results()) == ([], {})


def test_missing_truth_is_not_scored(production):
    production.delete_rows("2024-10-10T05:25:00Z", 15)
    production.quantiles["0.5"][:15] = [95.0] * 15
    production.measure()
    result = production.results()[KEY]
    assert result["truth"] == [None] * 15 + [100.0] * 15
    assert result["wql"] == pytest.approx(2 * (0.1 * 10 + 0.1 * 10) / 100 / 3)
    assert result["coverage"] == 1


def test_current_threshold_and_samples_are_used_without_a_cache(production):
    """Powertools caches parameters for 5 s of real time, which may be hours of virtual time."""
    assert production.measure()["threshold"] == 0.3
    production.threshold(0.4)
    assert production.measure()["threshold"] == 0.4
    configuration = json.loads(production.requests[-1]["Body"])["configuration"]
    assert configuration["num_samples"] == 200
