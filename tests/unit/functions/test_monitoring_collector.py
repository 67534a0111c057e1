"""Hourly measurements, from the scheduled event to the monitoring result."""

import json
from math import log

import pytest

from common import reference_forecast, scores, times
from common.config import SettingsError
from common.deepar import ForecastError
from common.threshold_parameter import ThresholdError
from tests.support.lambda_events import BUCKET, bucket, objects, printed
from tests.support.production_endpoint import ARN, ENVIRONMENT, NAME, THRESHOLD, Production

KEY = "monitoring/production/2024/10/10/06/production-2024-10-10T06:00:00Z.json"
TRUTH = [95.0, 105.0] * 15


@pytest.fixture
def production(monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with bucket() as s3:
        account = Production(s3)
        account.threshold()
        yield account


def constant(value):
    return dict.fromkeys(("0.1", "0.5", "0.9"), [value] * 30)


def result(production, key=KEY):
    return production.results()[key]


def test_result_scores_the_newest_complete_minutes(production, capsys):
    production.measure()
    loss = scores.mean_wql(TRUTH, production.quantiles)
    reference_quantiles = reference_forecast.forecast(TRUTH * 4, 30).quantiles
    reference = scores.mean_wql(TRUTH, reference_quantiles)
    naive = scores.mean_wql(TRUTH, constant(105.0))
    losses = {
        "wql": loss,
        "reference_wql": pytest.approx(reference),
        "naive_wql": naive,
    }
    forecast_metrics = {
        "calibration": {"0.1": 0.0, "0.5": 0.5, "0.9": 1.0},
        "coverage": 1.0,
        "mase": 0.5,  # an error of 5 where the fee changes by 10 each minute
        "mean_wql": pytest.approx(loss),
        "pit": pytest.approx(0.2),
        "rmse": 5.0,
    }
    window = {
        "inference_id": "production-2024-10-10T06:00:00Z-0",
        "first_minute": "2024-10-10T05:25:00Z",
        "truth": TRUTH,
        "quantiles": production.quantiles,
        "mean": [100.0] * 30,
        **losses,
        "score": pytest.approx(log(loss / reference)),
        "reason": None,
    }
    older = {
        "inference_id": "production-2024-10-10T06:00:00Z-1",
        "first_minute": "2024-10-10T04:55:00Z",
    }
    smoothed = (loss / reference) ** 0.5  # halfway from the typical relative loss, 1
    found = result(production)
    assert found == {
        "version": "3",
        "stage": "production",
        "time": "2024-10-10T06:00:00Z",
        "trigger": "schedule",
        "endpoint": "test-production",
        "variant": "AllTraffic",
        "endpoint_config": "test-production-v3",
        "package_arn": ARN,
        **losses,
        "wql": pytest.approx(loss),
        "naive_wql": pytest.approx(naive),
        "metrics": found["metrics"] | forecast_metrics,  # and those that the project adds
        "reference_ratio": pytest.approx(reference / 0.1),
        "relative_loss": pytest.approx(smoothed),
        "threshold": 1.2,
        "breach": False,
        "breach_since": None,
        "scored_windows": 2,
        "unscored_windows": 0,
        "windows": [window, window | older],
    }
    [metric], [logged] = printed(capsys)
    assert metric["_aws"]["Timestamp"] == 1728540000000
    assert metric["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["Stage"]]
    assert {name: value for name, value in metric.items() if name != "_aws"} == {
        "Breach": 0,
        "CalibrationError": found["metrics"]["pit"],
        "Coverage": 1,
        "MASE": 0.5,
        "MeanQuantileLoss": found["wql"],
        "RMSE": 5,
        "ShareBelowQuantile10": 0,
        "ShareBelowQuantile50": 0.5,
        "ShareBelowQuantile90": 1,
        "NaiveQuantileLoss": found["naive_wql"],
        "ReferenceLossRatio": found["reference_ratio"],
        "ReferenceQuantileLoss": found["reference_wql"],
        "RelativeLoss": found["relative_loss"],
        "ScoredWindows": 2,
        "Stage": "production",
        "Threshold": 1.2,
        "UnscoredWindows": 0,
    }
    assert logged["message"] == "endpoint measured"


def test_requests_have_the_minutes_before_each_truth(production):
    production.delete_rows("2024-10-10T01:00:00Z", 2)
    production.measure()
    newest, older = production.requests
    assert newest["InferenceId"] == "production-2024-10-10T06:00:00Z-0"
    assert older["InferenceId"] == "production-2024-10-10T06:00:00Z-1"
    body = json.loads(newest["Body"])
    [instance] = body["instances"]
    assert instance["start"] == "2024-10-10 00:55:00"
    assert instance["target"][:8] == [95.0, 105.0, 95.0, 105.0, 95.0, "NaN", "NaN", 105.0]
    assert len(instance["target"]) == 270
    assert body["configuration"]["num_samples"] == 200
    assert json.loads(older["Body"])["instances"][0]["start"] == "2024-10-10 00:25:00"


def test_redelivered_event_changes_nothing_and_repeats_the_metrics(production, capsys):
    production.measure()
    before, first = objects(production.s3), printed(capsys)
    production.threshold(value=0.5)
    production.delete_rows("2024-10-10T05:25:00Z", 30)
    production.measure()
    assert objects(production.s3) == before
    assert printed(capsys)[0] == first[0]
    assert len(production.requests) == 2


def test_loss_above_the_threshold_in_two_of_three_hours_is_a_breach(production):
    production.quantiles = constant(200.0)
    found = [production.measure(hour) for hour in (6, 7, 8)]
    assert [hour["breach"] for hour in found] == [False, True, True]
    assert {r["breach_since"] for r in production.results().values() if r["breach"]} == {
        "2024-10-10T06:00:00Z"
    }


def test_late_event_of_an_earlier_hour_ignores_later_results(production):
    production.quantiles = constant(200.0)
    production.measure(7)
    production.measure(8)
    assert production.measure(6)["breach"] is False


def test_readings_of_another_version_do_not_count(production):
    production.quantiles = constant(200.0)
    production.measure(6)
    production.measure(7)
    production.threshold(set_by=ARN[:-1] + "4")
    found = production.measure(8)
    assert found["breach"] is False
    assert found["relative_loss"] == pytest.approx(10**0.5)  # from the typical loss of version 4


def test_missing_hours_keep_the_state_of_the_last_reading(production):
    production.quantiles = constant(200.0)
    production.measure(6)
    production.measure(7)
    production.delete_rows("2024-10-10T06:55:00Z", 60)
    assert production.measure(8) == {
        "wql": None,
        "relative_loss": None,
        "threshold": 1.2,
        "breach": True,
        "scored_windows": 0,
        "unscored_windows": 2,
        "key": KEY.replace("06:", "08:").replace("/06/", "/08/"),
        "metrics": {},
    }
    assert production.measure(10)["breach"] is True


def test_hour_without_a_scored_window_has_no_loss_metrics(production, capsys):
    production.delete_rows("2024-10-10T04:55:00Z", 60)
    production.measure()
    [metric], _ = printed(capsys)
    assert set(metric) == {
        *("_aws", "Stage", "Breach", "ScoredWindows", "Threshold", "UnscoredWindows"),
    }
    assert production.requests == []


@pytest.mark.parametrize("initial", [{"value": None}, {"value": 0.31, "set_by": ARN}])
def test_without_a_threshold_there_is_no_relative_loss(production, capsys, initial):
    production.threshold(**{"value": None, "typical": None, "set_by": None} | initial)
    assert production.measure()["threshold"] is None
    [metric], _ = printed(capsys)
    assert not {"RelativeLoss", "Threshold"} & set(metric)
    assert metric["Breach"] == 0


def test_stage_without_a_threshold_is_not_measured(production, monkeypatch):
    monkeypatch.setenv("THRESHOLD_PARAMETERS", json.dumps({"production": NAME}))
    reason = "staging is not monitored: add it to monitoring.stages"
    assert production.measure(stage="staging", trigger="command") == {"reason": reason}


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


def test_endpoint_that_served_before_has_no_scored_window(production, capsys):
    production.measure()
    production.status = "Failed"
    printed(capsys)
    assert production.measure(time="2024-10-10T07:00:00Z") == {"reason": "no endpoint in service"}
    [metric], _ = printed(capsys)
    assert (metric["Stage"], metric["ScoredWindows"]) == ("production", 0)
    production.measure(time="2024-10-10T07:00:00Z", trigger="command")
    assert printed(capsys)[0] == []


@pytest.mark.parametrize(
    ("first", "count", "reason"),
    [
        ("2024-10-10T05:25:00Z", 16, "truth has rows for only 14 of 30 minutes"),
        ("2024-10-10T01:00:00Z", 136, None),
    ],
    ids=["truth", "context"],
)
def test_partial_windows_are_counted_but_not_scored(production, first, count, reason):
    production.delete_rows(first, count)
    production.measure()
    found = result(production)
    expected = reason or "context has rows for only 134 of 270 minutes"
    assert found["windows"][0]["reason"] == expected
    assert found["windows"][0]["score"] is None
    assert found["unscored_windows"] >= 1


def test_zero_valued_windows_are_counted_but_not_scored(production):
    for row in production.store.rows.values():
        row["avg_fee_1min"] = "0.0"
    assert production.measure()["unscored_windows"] == 2
    assert {w["reason"] for w in result(production)["windows"]} == {"truth has only zero values"}


def test_window_that_only_one_forecast_meets_exactly_has_no_score(production):
    for row in production.store.rows.values():
        row["avg_fee_1min"] = "100.0"
    assert production.measure()["scored_windows"] == 0
    found = result(production)
    assert {w["reason"] for w in found["windows"]} == {"one of the losses is zero"}
    assert found["wql"] > 0 == found["reference_wql"]


def test_minutes_before_the_end_of_the_training_are_not_scored(production):
    production.threshold(end_time="2024-10-10T05:00:00Z")
    assert production.measure()["scored_windows"] == 1
    newest, older = result(production)["windows"]
    assert newest["reason"] is None
    assert older["reason"] == "begins before the end of the training history"
    assert [r["InferenceId"][-1] for r in production.requests] == ["0"]


def test_missing_truth_is_not_scored(production):
    production.delete_rows("2024-10-10T05:25:00Z", 15)
    production.measure()
    newest = result(production)["windows"][0]
    assert newest["truth"][:15] == [None] * 15
    known = scores.mean_wql(
        newest["truth"][15:], {k: v[15:] for k, v in production.quantiles.items()}
    )
    assert newest["wql"] == pytest.approx(known)


def test_current_threshold_is_used_without_a_cache(production):
    """Powertools caches parameters for 5 s of real time, which may be hours of virtual time."""
    assert production.measure(6)["threshold"] == 1.2
    production.threshold(value=1.4)
    assert production.measure(7)["threshold"] == 1.4


def test_stages_are_measured_separately(production):
    production.threshold(f"{NAME}-staging", value=1.5)
    assert production.measure(stage="staging")["threshold"] == 1.5
    key = KEY.replace("production", "staging")
    assert result(production, key)["endpoint_config"] == "test-staging-v3"
    assert production.requests[0]["EndpointName"] == "test-staging"
    assert THRESHOLD["value"] == production.measure()["threshold"]


def test_more_datapoints_than_periods_are_an_error(production, monkeypatch):
    monkeypatch.setenv("DATAPOINTS_TO_ALARM", "4")
    with pytest.raises(
        ValueError, match="EVALUATION_PERIODS: got '3', expected at least DATAPOINTS"
    ):
        production.measure()


@pytest.mark.parametrize("largest", [1e308, float("inf"), float("nan"), 2e18])
def test_forecast_that_is_none_is_a_failure_that_is_seen(production, capsys, largest):
    production.quantiles = production.quantiles | {"0.9": [110.0] * 29 + [largest]}
    with pytest.raises(ForecastError, match=r"0\.9: got"):
        production.measure()
    assert printed(capsys) == ([], [])
    assert KEY not in production.results()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 0.0, "x"])
def test_threshold_that_is_none_is_a_failure_that_is_seen(production, capsys, value):
    production.threshold(value=value)
    with pytest.raises(ThresholdError, match=f"{NAME}: value: got"):
        production.measure()
    assert printed(capsys) == ([], [])


@pytest.mark.parametrize("fee", [None, "nan", "inf", "1e999"])
def test_minutes_without_a_fee_are_missing(production, fee):
    for minute in times.minutes(times.parse("2024-10-10T05:30:00Z"), 5):
        production.store.rows[minute].pop("avg_fee_1min")
        if fee is not None:
            production.store.rows[minute]["avg_fee_1min"] = fee
    production.measure()
    truth = result(production)["windows"][0]["truth"]
    assert truth[5:10] == [None] * 5
    assert result(production)["scored_windows"] == 2


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"[" * 99_999, b'{"breach": "x"}'])
def test_objects_that_are_no_results_do_not_stop_the_measurement(production, capsys, body):
    earlier = KEY.replace("06", "05")
    for key in (earlier, KEY):
        production.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
    assert production.measure()["scored_windows"] == 2
    _, logged = printed(capsys)
    messages = [line["message"] for line in logged]
    assert messages[0] == "monitoring result is measured again"
    assert "monitoring result is left out" in messages
    assert json.loads(production.s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read())["version"]


@pytest.mark.parametrize("trigger", ["deployment", "command"])
def test_other_triggers_are_stored_but_are_no_reading(production, capsys, trigger):
    production.measure(trigger=trigger)
    key = KEY.replace("monitoring/", "monitoring-additional/").replace(".json", f"-{trigger}.json")
    found = production.measure(trigger=trigger)
    assert found["key"] == key
    assert list(production.results()) == [key]
    assert len(production.requests) == 2  # the second event measured nothing
    assert production.requests[0]["InferenceId"] == f"production-{trigger}-2024-10-10T06:00:00Z-0"
    assert not [line for line in printed(capsys)[0] if "Breach" in line]
    production.measure()
    assert result(production)["trigger"] == "schedule"


def test_only_the_named_metrics_are_published(production, capsys, monkeypatch):
    monkeypatch.setenv("METRICS", json.dumps(["coverage", "mean_wql"]))
    production.measure()
    [metric], _ = printed(capsys)
    assert {"Coverage", "MeanQuantileLoss"} <= set(metric)
    assert not {"RMSE", "MASE", "CalibrationError"} & set(metric)
    assert result(production)["metrics"]["rmse"] == 5.0


def test_misspelt_metric_is_named(production, monkeypatch):
    monkeypatch.setenv("METRICS", json.dumps(["rsme"]))
    with pytest.raises(SettingsError, match=r"METRICS: .*rsme is unknown"):
        production.measure()
